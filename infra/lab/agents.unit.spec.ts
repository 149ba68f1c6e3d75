import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { Api } from '../demo/product.mjs';
import { startAgents } from './agents.mjs';
import { DEFAULT_WORLD } from './engine/world-plan.mjs';
import { World } from './engine/world.mjs';

class FakeApi extends Api {
  override call() {
    return Promise.resolve({ token: 'token', enrolUrl: 'https://gateway.example:8444' });
  }
}

it('refuses an installation whose gateway agents of the lab cannot reach', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'lab-agents-'));
  const { vantages } = new World({ ...DEFAULT_WORLD, targets: 60 });
  const api = new FakeApi({ apiUrl: '', apiKey: '' });
  const started = (): never => expect.unreachable();
  const of = { vantages, namespaces: [], dir, productDir: dir, api, started };
  await expect(startAgents(of)).rejects.toThrow('without ICMPMON_PUBLIC_ENROL_URL');
  rmSync(dir, { recursive: true });
});
