import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from './kind';
import { readPlan, writePlan } from './plan-file';

const URL = 'https://mon.example.org';
const change = (title: string): Change => ({
  ...{ kind: 'targets', action: 'change', title, place: 'a.yaml:3' },
  members: [{ member: 'name', before: 'a\u2028', after: null }],
  request: { ip: title, vrf: 'default', name: null, version: 3 },
});
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'icmpmon-plan-'));
  file = path.join(folder, 'plan.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the file of a plan', () => {
  it('contains the plan, and only its owner can read it', async () => {
    const changes = [change('192.0.2.1'), change('192.0.2.2')];
    await writePlan(file, { url: URL, scope: 'a=b', changes, differences: new Map() });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await readPlan(file, URL)).toEqual({ url: URL, scope: 'a=b', changes });
    await expect(readPlan(file, 'https://other.example.org')).rejects.toThrow(
      /is a plan for https:\/\/mon\.example\.org, not for/,
    );
  });

  it('is refused if it is incomplete, of another version, or something else', async () => {
    await writePlan(file, {
      url: URL,
      scope: null,
      changes: [change('192.0.2.1'), change('192.0.2.2')],
      differences: new Map(),
    });
    const whole = readFileSync(file, 'utf8');
    const lines = whole.split('\n');
    for (const [text, message] of [
      ['', /is not a plan: it is empty/],
      [`${lines.slice(0, 2).join('\n')}\n`, /is not a plan: it has 1 of 2 changes/],
      [whole.slice(0, -40), /is not a plan: it is not valid JSON/],
      [whole.replace('"version":1', '"version":2'), /of another version of this program/],
      ['{"a":1}\n', /is not a plan: it does not begin like one/],
      ['null\n', /is not a plan: it does not begin like one/],
      [`${'x'.repeat(1_100_000)}\n`, /is not a plan: a line is too long/],
    ] as const) {
      writeFileSync(file, text);
      await expect(readPlan(file, URL)).rejects.toThrow(message);
    }
    await expect(readPlan(path.join(folder, 'x'), URL)).rejects.toThrow(/The plan cannot be read/);
    await expect(
      writePlan(path.join(folder, 'x/y'), { url: URL, scope: null, changes: [], differences: new Map() }),
    ).rejects.toThrow(/cannot be written/);
  });
});
