// Run by infra/, with the tools of the database and the private files of the installation; the app itself does not know them.

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** @type {Command} */
export const backup = {
  name: 'backup',
  purpose: 'Writes both databases, the private files and a manifest to a new folder, while the product runs or not.',
  details: [
    'When it does not run, the services are started for it and stopped afterwards. The folder holds passwords and keys: only its ' +
      'owner may read it, git ignores it, and npm run reset keeps it.',
  ],
  arguments: [{ name: 'folder', text: 'a folder that does not exist yet, or is empty' }],
  examples: ['npm run icmpmon -- backup /var/backups/icmp-mon/before-upgrade'],
};

/** @type {Command} */
export const restore = {
  name: 'restore',
  purpose: 'Fills the databases from a backup and makes ready what has to continue from there.',
  details: [
    'The product must be stopped. Until everything is loaded, nothing that is there changes: docs/runbooks/backup-restore.md.',
  ],
  arguments: [{ name: 'folder', text: 'folder of a backup' }],
  options: [
    { name: 'overwrite', text: 'replaces databases that are not empty' },
    {
      name: 'adopt',
      text: 'continues from what Kafka holds, where the positions of the backup are outside of its logs',
    },
  ],
  examples: ['npm run icmpmon -- restore /var/backups/icmp-mon/before-upgrade'],
};
