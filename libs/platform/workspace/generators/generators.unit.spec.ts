import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readJson, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import context from './context/context.mjs';
import executor from './executor/executor.mjs';
import job from './job/job.mjs';
import page from './page/page.mjs';
import readModel from './read-model/read-model.mjs';
import verb from './verb/verb.mjs';

const ROOT = path.join(import.meta.dirname, '../../../..');
/** All that a new context changes outside its folder, and how many lines it adds there. */
const CENTRAL: Readonly<Record<string, number>> = {
  'apps/api/api.module.ts': 2,
  'apps/cli/contexts.ts': 2,
  'apps/portal/app.routes.ts': 1,
  'apps/portal/shell/places.ts': 1,
  'libs/identity/contract/permissions.ts': 2,
  'migrations/control.ts': 2,
  'migrations/frozen.json': 1,
};
/** Where names are that are in use already. */
const EXISTING = [
  'apps/api/health.controller.ts',
  'libs/agents/contract/agent-events.ts',
  'libs/identity/contract/permissions.ts',
  'libs/identity/server/users.controller.ts',
  'libs/identity/ui/index.ts',
  'libs/operations/server/operations.controller.ts',
  'libs/platform/queue-board/queue-board.ts',
  'libs/targets/contract/target-events.ts',
  'libs/tiers/contract/tier-events.ts',
  'migrations/control/1790000000000-platform-event-store.ts',
];
const OTHER_APPS = ['apps/worker/worker.module.ts', 'apps/projector/projector.module.ts'];

/** Where the checks of tiers are listed. */
const CHECKED = ['libs/probing/agent/executors/executors.ts', 'libs/probing/contract/feed-fact.ts'];

let tree: Tree;
const text = (file: string): string => tree.read(file, 'utf8') ?? '';
const written = (): string[] => tree.listChanges().map((change) => change.path);
const isOf = (change: string): boolean => change.startsWith('libs/incidents/');

beforeEach(() => {
  tree = createTreeWithEmptyWorkspace();
  for (const file of [...Object.keys(CENTRAL), ...OTHER_APPS, ...EXISTING, '.prettierrc.json']) {
    tree.write(file, readFileSync(path.join(ROOT, file), 'utf8'));
  }
});

describe('the generator of a context', () => {
  it('writes three libraries with their tags', async () => {
    await context(tree, { name: 'incidents' });
    expect(written().filter(isOf).sort()).toEqual(
      [
        'contract/incident-events.ts',
        'contract/incident.ts',
        'contract/index.ts',
        'contract/project.json',
        'server/incident-audit.ts',
        'server/incident-list/incident-list.int.spec.ts',
        'server/incident-list/incident-model.ts',
        'server/incident-list/list-incidents.ts',
        'server/incident-list/project-incidents.ts',
        'server/incident.ts',
        'server/incident.unit.spec.ts',
        'server/incidents.controller.ts',
        'server/incidents.dto.ts',
        'server/index.ts',
        'server/modules/api.module.ts',
        'server/modules/cli.module.ts',
        'server/project.json',
        'server/register-incident.ts',
        'ui/incident-list.ts',
        'ui/incidents.client.ts',
        'ui/index.ts',
        'ui/project.json',
      ].map((file) => `libs/incidents/${file}`),
    );
    for (const library of ['contract', 'server', 'ui']) {
      expect(readJson(tree, `libs/incidents/${library}/project.json`)).toMatchObject({
        name: `incidents-${library}`,
        tags: [`type:${library}`, 'context:incidents'],
      });
    }
  });

  it('adds to nothing else but one migration and a few lines', async () => {
    await context(tree, { name: 'incidents', nowMs: 1_800_000_000_000 });
    const lines = (source: string): string[] => source.split('\n');
    for (const [file, count] of Object.entries(CENTRAL)) {
      const before = new Set(lines(readFileSync(path.join(ROOT, file), 'utf8')));
      const added = lines(text(file)).filter((line) => !before.has(line) && line.includes('ncident'));
      expect([file, added.length]).toEqual([file, count]);
    }
    const others = written().filter(
      (file) => !isOf(file) && !(file in CENTRAL) && ![...OTHER_APPS, ...EXISTING].includes(file),
    );
    expect(others.filter((file) => file.startsWith('migrations/'))).toEqual([
      'migrations/control/1800000000000-incidents-incident.ts',
    ]);
    expect(others.some((file) => /^(apps|libs)\//.test(file))).toBe(false);
  });

  it('names everything after the aggregate', async () => {
    await context(tree, { name: 'inspection', aggregate: 'inspection-round' });
    expect(text('libs/inspection/contract/inspection-round-events.ts')).toContain(
      "export const INSPECTION_ROUND_STREAM = 'inspectionround';",
    );
    expect(text('libs/inspection/server/inspection-round.ts')).toContain("from '@icmp-mon/inspection/contract'");
    expect(text('libs/inspection/ui/index.ts')).toContain('export const inspectionRoutes: Routes');
    for (const file of written()) expect(text(file)).not.toMatch(/<%|%>/);
  });

  it.each(['Incidents', 'alert rules', '../targets', '', 'platform'])('refuses the name "%s"', async (name) => {
    await expect(context(tree, { name })).rejects.toThrow(/name/);
  });

  it('refuses a context that exists', async () => {
    await context(tree, { name: 'incidents' });
    await expect(context(tree, { name: 'incidents' })).rejects.toThrow('libs/incidents exists already');
  });

  it.each([
    ['users', 'person', 'the path /api/v1/users'],
    ['health', undefined, 'the path /api/v1/health'],
    ['queues', undefined, 'the path /api/v1/queues'],
    ['results', undefined, 'its permissions'],
    ['settings', undefined, 'the page /settings'],
    ['watching', 'target', 'the streams "target"'],
    ['journal', 'event', 'makes "event" already'],
    ['inspection', 'window', 'reserved word of SQL'],
    ['orders', undefined, 'reserved word of SQL'],
    ['a'.repeat(41), undefined, 'too long'],
  ])('refuses the name %s of %s, which is in use already', async (name, aggregate, reason) => {
    const before = written();
    await expect(context(tree, { name, aggregate })).rejects.toThrow(reason);
    expect(written()).toEqual(before);
  });

  it.each([
    ['policies', 'policy', 'PolicyListResponse', 'ListPolicies'],
    ['batches', 'batch', 'BatchListResponse', 'ListBatches'],
    ['analysis', 'analysis', 'AnalysisListResponse', 'ListAnalyses'],
  ])('finds what %s keeps by the ending', async (name, aggregate, response, query) => {
    await context(tree, { name });
    expect(text(`libs/${name}/server/${name}.dto.ts`)).toContain(response);
    expect(text(`libs/${name}/server/${name}.controller.ts`)).toContain(`./register-${aggregate}`);
    expect(text(`libs/${name}/server/${name}.controller.ts`)).toContain(query);
  });

  it('reports what to add by hand where a file looks different', async () => {
    tree.write('apps/portal/app.routes.ts', 'export const routes = [];\n');
    await expect(context(tree, { name: 'incidents' })).rejects.toThrow(
      /apps\/portal\/app\.routes\.ts has no place[^]*Add by hand:[^]*incidentsRoutes/,
    );
  });
});

describe('the generators within a context', () => {
  beforeEach(() => context(tree, { name: 'incidents' }));

  it('add a verb with its event, decision and route', async () => {
    await verb(tree, { context: 'incidents', verb: 'close' });
    expect(text('libs/incidents/contract/incident-events.ts')).toContain(
      'export type IncidentEvent = IncidentRegistered | IncidentClosed;',
    );
    expect(text('libs/incidents/server/incident.ts')).toContain('export function close(state: IncidentState)');
    expect(text('libs/incidents/server/incidents.controller.ts')).toContain("@Post(':id/close')");
    expect(text('libs/incidents/server/modules/api.module.ts')).toContain('CloseIncidentHandler,');
    await expect(verb(tree, { context: 'incidents', verb: 'close' })).rejects.toThrow('choose another verb');
  });

  it.each([
    [{ verb: 'delete' }, '"delete" is a reserved word'],
    [{ verb: 'list' }, 'has "list" already'],
    [{ verb: 'evolve' }, 'has "evolve" already'],
    [{ verb: 'open', event: 'registered' }, 'name another event'],
    [{ verb: 'close', aggregate: 'absent' }, 'There is no libs/incidents/server/absent.ts'],
  ])('refuse the verb %o, which could not be compiled', async (options, reason) => {
    const before = text('libs/incidents/server/incident.ts');
    await expect(verb(tree, { context: 'incidents', ...options })).rejects.toThrow(reason);
    expect(text('libs/incidents/server/incident.ts')).toBe(before);
  });

  it('write imports of packages before relative ones', async () => {
    await verb(tree, { context: 'incidents', verb: 'close' });
    await job(tree, { context: 'incidents', name: 'merge-incidents' });
    for (const file of ['incidents.controller.ts', 'modules/api.module.ts', 'modules/worker.module.ts']) {
      const found = [...text(`libs/incidents/server/${file}`).matchAll(/ from '([^']+)';$/gm)].map(
        ([, from = '']) => from,
      );
      const relative = found.filter((from) => from.startsWith('.'));
      expect([file, found.slice(-relative.length)]).toEqual([file, relative]);
    }
  });

  it('form the past tense of verbs in -y', async () => {
    await verb(tree, { context: 'incidents', verb: 'retry' });
    expect(text('libs/incidents/contract/incident-events.ts')).toContain('interface IncidentRetried');
  });

  it.each([
    [
      { name: 'rows', of: 'incidents' },
      /libs\/incidents\/contract exports no INCIDENTS_TOPIC[^]*--of=targets --topic=TARGETS_TOPIC/,
    ],
    [{ name: 'rows', topic: 'NO_TOPIC' }, 'exports no NO_TOPIC'],
    [{ name: 'event' }, 'makes "event" already'],
    [{ name: 'incidents' }, 'has "ListIncidents" already'],
  ])('refuse the read model %o', async (options, reason) => {
    await expect(readModel(tree, { context: 'incidents', ...options })).rejects.toThrow(reason);
  });

  it('refuse a page that is named like what it imports', async () => {
    await expect(page(tree, { context: 'incidents', name: 'empty' })).rejects.toThrow('choose another name');
  });

  it('add a read model, whose first one brings the context into the projector', async () => {
    await readModel(tree, { context: 'incidents', name: 'known-targets' });
    await readModel(tree, { context: 'incidents', name: 'known-tiers', of: 'tiers' });
    const module = text('libs/incidents/server/modules/projector.module.ts');
    expect(module.match(/projections\.plug/g)).toHaveLength(2);
    expect(text('apps/projector/projector.module.ts').match(/IncidentsProjectorModule,/g)).toHaveLength(1);
    expect(text('libs/incidents/server/known-tiers/known-tiers.projection.ts')).toContain('[TIERS_TOPIC]');
  });

  it('add jobs to the worker, and their queues to what administrators see', async () => {
    await job(tree, { context: 'incidents', name: 'merge-incidents' });
    await job(tree, { context: 'incidents', name: 'split-incidents' });
    expect(text('libs/incidents/server/modules/worker.module.ts').match(/runProcessor\(/g)).toHaveLength(2);
    expect(text('apps/worker/worker.module.ts').match(/IncidentsWorkerModule,/g)).toHaveLength(1);
    expect(text('libs/incidents/server/modules/api.module.ts').match(/shown\.plug/g)).toHaveLength(2);
  });

  it.each(['delete', 'export'])('refuse the job "%s", because no parameter can have this name', async (name) => {
    await expect(job(tree, { context: 'incidents', name })).rejects.toThrow(/reserved word/);
  });

  it('add a page before the routes with parameters', async () => {
    await page(tree, { context: 'incidents', name: 'open-incidents' });
    expect(text('libs/incidents/ui/index.ts')).toMatch(/Routes = \[\s+\{\s+path: 'open-incidents'/);
  });

  it('refuse a context that does not exist', async () => {
    for (const run of [
      () => verb(tree, { context: 'absent', verb: 'close' }),
      () => readModel(tree, { context: 'absent', name: 'rows' }),
      () => job(tree, { context: 'absent', name: 'work' }),
      () => page(tree, { context: 'absent', name: 'look' }),
    ]) {
      await expect(run()).rejects.toThrow('npm run generate -- context absent');
    }
  });
});

describe('the generator of an executor', () => {
  it('makes its check known to contracts and to the agent', async () => {
    for (const file of CHECKED) tree.write(file, readFileSync(path.join(ROOT, file), 'utf8'));
    await executor(tree, { name: 'tls-banner' });
    for (const file of CHECKED) expect(text(file)).toContain('tls_banner');
    expect(text('libs/probing/agent/executors/executors.ts')).toContain("('tls_banner', probeTlsBanner, room)");
    expect(text('libs/probing/contract/feed-fact.ts').split("'tls_banner'")).toHaveLength(2);
    await expect(executor(tree, { name: 'tls-banner' })).rejects.toThrow('exists already');
    await executor(tree, { name: 'ntp-query' });
    for (const file of CHECKED) expect(text(file)).toContain('ntp_query');
  });
});
