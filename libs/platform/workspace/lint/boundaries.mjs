// Which libraries a library may import, by its tag in project.json.

/** Options of the rule @nx/enforce-module-boundaries. */
export const boundaries = {
  // The messaging library creates topics from docs/asyncapi.yaml and checks events by the published schemas.
  allow: ['^@icmp-mon/migrations$', '^(\\.\\./)+docs/(asyncapi\\.yaml|schemas/)'],
  depConstraints: [
    {
      sourceTag: 'type:contract',
      onlyDependOnLibsWithTags: ['type:contract'],
      bannedExternalImports: ['@nestjs/*', '@angular/*', 'typeorm', 'kafkajs', 'pg*', 'ioredis', 'bullmq', 'node:*'],
    },
    {
      sourceTag: 'type:wire',
      onlyDependOnLibsWithTags: ['type:contract', 'type:wire'],
      bannedExternalImports: ['@nestjs/*', '@angular/*', 'typeorm', 'kafkajs', 'pg*', 'ioredis', 'bullmq'],
    },
    {
      sourceTag: 'type:server',
      onlyDependOnLibsWithTags: ['type:contract', 'type:wire', 'type:platform', 'type:engine'],
    },
    {
      sourceTag: 'type:simulator',
      onlyDependOnLibsWithTags: ['type:contract', 'type:wire', 'type:platform', 'type:engine', 'type:server'],
    },
    { sourceTag: 'type:engine', onlyDependOnLibsWithTags: ['type:contract', 'type:wire', 'type:platform'] },
    {
      sourceTag: 'type:agent',
      onlyDependOnLibsWithTags: ['type:contract', 'type:wire', 'type:platform', 'type:agent'],
    },
    { sourceTag: 'type:platform', onlyDependOnLibsWithTags: ['type:platform', 'type:contract'] },
    { sourceTag: 'type:migrations', onlyDependOnLibsWithTags: ['type:platform', 'type:wire'] },
    {
      sourceTag: 'type:ui',
      onlyDependOnLibsWithTags: ['type:contract', 'type:ui-platform', 'type:ui-shared', 'type:ui'],
    },
    {
      sourceTag: 'type:ui-shared',
      onlyDependOnLibsWithTags: ['type:contract', 'type:ui-platform', 'type:ui-shared'],
    },
    // The kit knows no context.
    { sourceTag: 'type:ui-platform', onlyDependOnLibsWithTags: ['type:ui-platform'] },
    {
      sourceTag: 'type:app',
      onlyDependOnLibsWithTags: [
        'type:contract',
        'type:wire',
        'type:server',
        'type:engine',
        'type:agent',
        'type:platform',
        'type:ui',
        'type:ui-platform',
        'type:ui-shared',
      ],
    },
    // bench, faults, e2e and infra: nothing of the product depends on them, and they on no app.
    {
      sourceTag: 'type:tool',
      onlyDependOnLibsWithTags: [
        'type:contract',
        'type:wire',
        'type:server',
        'type:engine',
        'type:simulator',
        'type:agent',
        'type:platform',
        'type:tool',
      ],
    },
  ],
};
