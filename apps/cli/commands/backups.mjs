// Commands that infra/ runs, with the database's own tools and the private files of the installation; the app does not implement them.

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** @type {Command} */
export const backup = {
  name: 'backup',
  purpose:
    'Writes both databases, the private files and a manifest to a new folder; the product may be running or stopped.',
  details: [
    'When the product is stopped, the services are started for the backup and stopped afterwards. The folder contains passwords and ' +
      'keys: only its owner can read it, git ignores it, and npm run reset keeps it.',
  ],
  arguments: [{ name: 'folder', text: 'folder that does not exist or is empty' }],
  examples: ['npm run icmpmon -- backup /var/backups/icmp-mon/before-upgrade'],
};

/** @type {Command} */
export const restore = {
  name: 'restore',
  purpose: 'Restores the databases and private files from a backup.',
  details: [
    'The product must be stopped. Existing databases change only when everything is loaded: docs/runbooks/backup-restore.md.',
  ],
  arguments: [{ name: 'folder', text: 'folder of the backup' }],
  options: [
    { name: 'overwrite', text: 'replaces databases that are not empty' },
    {
      name: 'adopt',
      text: 'continues from the current content of Kafka where its logs do not contain the positions of the backup',
    },
  ],
  examples: ['npm run icmpmon -- restore /var/backups/icmp-mon/before-upgrade'],
};
