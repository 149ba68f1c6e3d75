import { readJson, readNxJson, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import context from './context.mjs';

let tree: Tree;
const written = (): string[] => tree.listChanges().map(({ path }) => path);
const text = (path: string): string => tree.read(path, 'utf8') ?? '';

beforeEach(() => {
  tree = createTreeWithEmptyWorkspace();
});

describe('the generator of a context', () => {
  it('writes three libraries with their tags, and nothing beside them', async () => {
    const before = written();
    await context(tree, { name: 'incidents' });
    const added = written().filter((path) => !before.includes(path));
    expect(added.sort()).toEqual(
      [
        'contract/incident-events.ts',
        'contract/index.ts',
        'contract/project.json',
        'server/incident.ts',
        'server/incident.unit.spec.ts',
        'server/index.ts',
        'server/project.json',
        'ui/incident-list.ts',
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
    expect(readNxJson(tree)?.generators).toBeUndefined();
  });

  it('names everything after the aggregate', async () => {
    await context(tree, { name: 'maintenance', aggregate: 'maintenance-window' });
    expect(text('libs/maintenance/contract/maintenance-window-events.ts')).toContain(
      "export const MAINTENANCE_WINDOW_STREAM = 'maintenancewindow';",
    );
    expect(text('libs/maintenance/server/maintenance-window.ts')).toContain("from '@icmp-mon/maintenance/contract'");
    expect(text('libs/maintenance/ui/index.ts')).toContain('export const maintenanceRoutes: Routes');
    for (const path of written()) expect(text(path)).not.toMatch(/<%|%>/);
  });

  it.each(['Incidents', 'alert rules', '../targets', '', 'platform'])('refuses the name "%s"', async (name) => {
    await expect(context(tree, { name })).rejects.toThrow(/name/);
  });

  it('refuses a context that exists', async () => {
    await context(tree, { name: 'incidents' });
    await expect(context(tree, { name: 'incidents' })).rejects.toThrow('libs/incidents exists already');
  });
});
