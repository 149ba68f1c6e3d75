import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '../../..');
const VERB_LINES_MAX = 80;

/** Controllers with routes that are not a command or query with one response, and their other dependencies. */
const OTHER_DEPENDENCIES: Readonly<Record<string, string[]>> = {
  // Tokens travel in cookies.
  AuthController: ['BrowserSessions'],
  LoginStepsController: ['BrowserSessions'],
  SingleSignOnController: ['SignInBrowsers'],
  // Streams stay open, and check the login of their reader again and again.
  LiveController: ['TargetDirectory', 'LiveResults', 'Authenticator'],
  StatusStreamController: ['StreamSources', 'Authenticator'],
  // For load balancers.
  HealthController: ['ApiReadiness'],
  // Every joining agent receives the settings of the enrolment and the CA's certificate.
  CommandStreamController: ['CommandStream', 'Authenticator'],
  EnrolmentController: ['CertificateAuthority', 'EnrolmentTerms'],
  RejoinController: ['CertificateAuthority', 'EnrolmentTerms'],
  // An agent that waits for commands may have been banned when there is one.
  CommandsController: ['AgentAdmission'],
  // Decides whether a certificate is old enough to be renewed.
  CertificateController: ['DatabaseClock'],
};

interface SourceFile {
  name: string;
  text: string;
}

const files: SourceFile[] = globSync(['libs/*/server/**/*.ts', 'apps/{api,gateway}/**/*.ts'], { cwd: ROOT })
  .filter((name) => !name.endsWith('.spec.ts'))
  .map((name) => ({ name, text: readFileSync(path.join(ROOT, name), 'utf8') }));

const kebab = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();

const handled = ({ text }: SourceFile, kind: 'Command' | 'Query'): string[] =>
  [...text.matchAll(new RegExp(`@${kind}Handler\\((\\w+)\\)`, 'g'))].map(([, name = '']) => name);

describe('a verb or a query', () => {
  const verbs = files.flatMap((file) => handled(file, 'Command').map((name) => ({ file, name })));
  const queries = files.flatMap((file) => handled(file, 'Query').map((name) => ({ file, name })));

  it('has a file of its own that is named after it', () => {
    expect(verbs.length + queries.length).toBeGreaterThan(30);
    for (const { file, name } of [...verbs, ...queries]) {
      expect(path.basename(file.name), file.name).toBe(`${kebab(name)}.ts`);
      expect(file.text, file.name).toContain(`export class ${name} extends`);
      expect(file.text, file.name).toContain(`export class ${name}Handler implements`);
    }
    expect(new Set([...verbs, ...queries].map(({ file }) => file.name)).size).toBe(verbs.length + queries.length);
  });

  it.each(verbs.map(({ file }) => file))(`$name has at most ${VERB_LINES_MAX} lines`, ({ text }) => {
    expect(text.split('\n').length - 1).toBeLessThanOrEqual(VERB_LINES_MAX);
  });

  it('is named for what it does: a query reads, lists, counts or takes the next of something', () => {
    for (const { name } of queries) expect(name).toMatch(/^(Read|List|Count|Next)[A-Z]/);
    for (const { name } of verbs) expect(name).not.toMatch(/^(Read|List|Count|Next)[A-Z]/);
  });
});

describe('a controller', () => {
  const controllers = files.filter(({ name }) => name.endsWith('.controller.ts'));

  it.each(controllers)('$name reaches its context through the buses', ({ text }) => {
    const [, name = ''] = /export class (\w+Controller)/.exec(text) ?? [];
    const [, parameters = ''] = /constructor\(([^{]*)\)\s*\{/.exec(text) ?? [];
    const types = [...parameters.matchAll(/readonly \w+: (\w+)/g)].map(([, type = '']) => type);
    const allowed = ['CommandBus', 'QueryBus', ...(OTHER_DEPENDENCIES[name] ?? [])];
    expect(types.filter((type) => !allowed.includes(type))).toEqual([]);
  });

  it('takes and gives classes of *.dto.ts, named …Request and …Response', () => {
    for (const { name, text } of files) {
      const classes = [...text.matchAll(/^(?:export )?class (\w+)/gm)].map(([, of = '']) => of);
      if (text.includes('@ApiProperty')) expect(name).toMatch(/\.dto\.ts$/);
      for (const of of classes) {
        if (name.endsWith('.dto.ts')) expect(of, name).toMatch(/(Request|Response)$/);
        else expect(of, name).not.toMatch(/(Request|Response)$/);
      }
    }
  });
});

describe('a dialog of the portal', () => {
  it('is closed with a stated value: without one its result is an empty string, not undefined', () => {
    const names = globSync(['libs/**/*.{html,ts}', 'apps/portal/**/*.{html,ts}'], { cwd: ROOT });
    const unstated = names.filter((name) =>
      /\smat-dialog-close[\s/>]/.test(readFileSync(path.join(ROOT, name), 'utf8')),
    );
    expect(unstated).toEqual([]);
  });
});
