import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const boundaries = {
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
      onlyDependOnLibsWithTags: ['type:contract'],
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

/** Refuses a second implementation of the mechanisms that docs/design/shared-mechanisms.md lists. */
const oneOfEach = [
  {
    selector: 'CallExpression[callee.object.name="Promise"][callee.property.name="race"]',
    message: 'Use settlesWithin or bounded of @icmp-mon/platform/concurrency: they clear their timer.',
  },
  {
    selector: 'ImportDeclaration[source.value="node:timers/promises"] > ImportSpecifier[imported.name="setTimeout"]',
    message: 'Use pause or BackOff of @icmp-mon/platform/concurrency: they end with a signal.',
  },
  {
    selector: ':matches(Literal[value=/pg_try_advisory_lock/], TemplateElement[value.raw=/pg_try_advisory_lock/])',
    message: 'Use Leader or trySessionLock of @icmp-mon/platform/leases.',
  },
  {
    selector: ':matches(Literal[value=/^LISTEN /], TemplateElement[value.raw=/^LISTEN /])',
    message: 'Use ChannelListener of @icmp-mon/platform/database: it connects again.',
  },
];

export default [
  { ignores: ['dist/**', 'node_modules/**', '.icmp-mon/**', '.nx/**', '.angular/**', 'artefacts/**'] },
  { plugins: { '@nx': nx } },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': ['error', boundaries],
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'kafkajs', message: 'Use @icmp-mon/platform/messaging: kafkajs stays behind it.' },
            {
              name: 'class-validator',
              importNames: ['IsOptional'],
              message: 'Use MayBeAbsent of @icmp-mon/platform/http: IsOptional lets null pass for an absent member.',
            },
            { name: 'zone.js', message: 'The portal is zoneless: use signals.' },
          ],
        },
      ],
    },
  },
  {
    files: ['libs/**/*.ts', 'apps/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/*.test-*.ts', '**/testing/**', 'libs/shard/simulator/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^@icmp-mon/.*testing$',
              message:
                'The testing entry of a library is for tests and tools: export what the product needs from its own.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['migrations/**/*.ts'],
    ignores: ['migrations/index.ts', '**/*.spec.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@icmp-mon/*', '**/libs/**', '**/apps/**'],
              message: 'A migration must not change after its release: copy what it needs into it.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['libs/**/*.ts', 'apps/**/*.ts'],
    // The shard's host has its own timers.
    ignores: [
      '**/*.spec.ts',
      'libs/platform/{concurrency,leases,testing}/**',
      'libs/platform/database/connect.ts',
      'libs/shard/**',
    ],
    rules: { 'no-restricted-syntax': ['error', ...oneOfEach] },
  },
  {
    files: ['libs/*/server/**/*.ts', 'apps/{api,gateway,worker,projector,cli}/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/*.test-*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...oneOfEach,
        {
          selector: 'Literal[value=/^(public|internal)\\.[a-z-]+/]',
          message: 'Name the topic in the contract of the context that owns it, and import it from there.',
        },
        {
          selector: 'Literal[value=/^icmpmon\\.[a-z-]+\\.[a-z-]+/]',
          message: "Name the event's type in the contract of the context that owns it, and import it from there.",
        },
        {
          selector: 'CallExpression[callee.name="cloudEventType"] > Literal',
          message: "Name the event's type in the contract of the context that owns it, and import it from there.",
        },
      ],
    },
  },
  {
    files: ['libs/*/{ui,look}/**/*.ts', 'libs/platform/{ui-kit,charts,live-stream}/**/*.ts', 'apps/portal/**/*.ts'],
    // The stream is opened by the browser itself, not by a client.
    ignores: ['**/*.client.ts', '**/*.spec.ts', 'libs/platform/live-stream/stream-connection.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: ':matches(Literal[value=/api.v1/], TemplateElement[value.raw=/api.v1/])',
          message:
            'Ask through the typed client of the context (<context>.client.ts): addresses are written there only.',
        },
        {
          selector: 'PropertyDefinition[key.name=/Text$/] > Identifier.value',
          message: 'Texts of templates come from pipes: no field that only renames a function.',
        },
      ],
    },
  },
  { files: ['libs/platform/messaging/**/*.ts'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['**/*.spec.ts'], rules: { 'max-lines': 'off' } },
  prettier,
];
