import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';
import { boundaries } from './libs/platform/workspace/lint/boundaries.mjs';
import { FUNCTION_LINES_MAX, LINES_MAX, longFiles } from './libs/platform/workspace/lint/long-files.mjs';
import { oneOfEach } from './libs/platform/workspace/lint/one-of-each.mjs';

/**
 * Rules against promises that are not awaited and switches that miss a member of their union.
 * @param {string[]} files
 * @param {string[]} project tsconfig files that hold them
 */
const typed = (files, project) => ({
  files,
  languageOptions: { parserOptions: { project, tsconfigRootDir: import.meta.dirname } },
  rules: {
    '@typescript-eslint/await-thenable': 'error',
    '@typescript-eslint/no-floating-promises': 'error',
    '@typescript-eslint/no-misused-promises': 'error',
    '@typescript-eslint/switch-exhaustiveness-check': 'error',
  },
});

export default [
  {
    ignores: [
      'dist/**',
      'node_modules/**',
      '.icmp-mon/**',
      '.nx/**',
      '.angular/**',
      'artefacts/**',
      'backup*/**',
      'icmp-mon-agent*/**',
    ],
  },
  // A rule has no exception by comment: verify refuses the warning that such a comment causes.
  { linterOptions: { noInlineConfig: true } },
  { plugins: { '@nx': nx } },
  ...tseslint.configs.recommended,
  // Rules that need types: files, and the tsconfig files that include them.
  typed(['**/*.ts'], ['tsconfig.json', 'apps/portal/tsconfig.json', 'apps/portal/tsconfig.spec.json']),
  typed(['**/*.mjs'], ['infra/tsconfig.json']),
  {
    files: ['**/*.ts', '**/*.mjs'],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', LINES_MAX],
      'max-lines-per-function': ['error', { max: FUNCTION_LINES_MAX, IIFEs: true }],
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
    files: ['**/*.{js,cjs,jsx,mts,cts,tsx}'],
    rules: {
      'no-restricted-syntax': ['error', { selector: 'Program', message: 'Write TypeScript as .ts, scripts as .mjs.' }],
    },
  },
  { files: ['**/*.ts'], rules: { '@nx/enforce-module-boundaries': ['error', boundaries] } },
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
    ignores: ['migrations/control.ts', 'migrations/telemetry.ts', '**/*.spec.ts'],
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
    files: [
      'libs/*/{ui,look}/**/*.ts',
      'libs/platform/{ui-kit,form-fields,charts,live-stream}/**/*.ts',
      'apps/portal/**/*.ts',
    ],
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
  // The demo consumes events as another system would, with kafkajs alone.
  { files: ['libs/platform/messaging/**/*.ts', 'infra/demo/walk.mjs'], rules: { 'no-restricted-imports': 'off' } },
  // The length of a `describe` grows with the number of its tests.
  { files: ['**/*.spec.ts', '**/*.story.ts', '**/store-contract/*.ts'], rules: { 'max-lines-per-function': 'off' } },
  // Templates, style sheets and shell scripts in the list are held by long-files.unit.spec.ts alone.
  ...Object.entries(longFiles)
    .filter(([file]) => /\.(?:ts|mjs)$/.test(file))
    .map(([file, max]) => ({ files: [file], rules: { 'max-lines': ['error', max] } })),
  prettier,
];
