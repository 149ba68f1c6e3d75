import type { TargetView } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerTarget } from './testing/register-target';
import { startTestApi, type TestApi } from './testing/test-api';

let api: TestApi;
let network = 0;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

/** Registers targets in a network of their own. */
async function registerTargets(count: number, more: object = {}): Promise<TargetView[]> {
  network++;
  const ips = Array.from({ length: count }, (_, at) => `203.0.${network}.${at + 1}`);
  return Promise.all(ips.map((ip) => registerTarget(api, ip, more)));
}

const setParents = (target: TargetView, parents: string[]): Promise<Response> =>
  api.sendJson('PATCH', `/api/v1/targets/${target.id}`, { parents });
const removeTarget = (target: TargetView): Promise<Response> =>
  api.sendRequest(`/api/v1/targets/${target.id}`, { method: 'DELETE' });

describe('the parents of a target', () => {
  it('are given by id or address, and shown once each, by VRF and address', async () => {
    const [a, b, c] = await registerTargets(3);
    const response = await setParents(c, [b.ip, a.id.toUpperCase(), b.id]);
    expect(response.status).toBe(200);
    const { parents } = (await response.json()) as TargetView;
    expect(parents.map(({ ip }) => ip)).toEqual([a.ip, b.ip]);
  });

  it('are looked up by address in the VRF of the target; those of other VRFs by id', async () => {
    const [outside] = await registerTargets(1);
    const [lab] = await registerTargets(1, { vrf: 'lab' });
    const refused = await setParents(lab, [outside.ip]);
    expect(refused.status).toBe(400);
    const detail = `"${outside.ip}" is neither the id of a target nor the address of one in the VRF lab`;
    expect(await refused.json()).toMatchObject({ errors: [{ pointer: '#/parents/0', detail }] });
    expect((await setParents(lab, [outside.id])).status).toBe(200);
  });

  it('must be targets: each other reference is refused at its place', async () => {
    const [a, b] = await registerTargets(2);
    const response = await setParents(a, [b.ip, '203.0.113.250', 'core router']);
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer)).toEqual(['#/parents/1', '#/parents/2']);
    const body = { ip: '203.0.113.1', tier: 'standard', parents: ['203.0.113.250'] };
    expect((await api.postJson('/api/v1/targets', body)).status).toBe(400);
  });

  it('must not make a cycle, which is refused with its path', async () => {
    const [a, b, c] = await registerTargets(3);
    expect((await setParents(a, [b.id])).status).toBe(200);
    expect((await setParents(b, [c.id])).status).toBe(200);
    for (const [target, parent, path] of [
      [c, a, [c, a, b, c]],
      [a, a, [a, a]],
    ] as const) {
      const response = await setParents(target, [parent.id]);
      expect(response.status).toBe(409);
      const detail = `The target would depend on itself: ${path.map(({ ip }) => ip).join(' → ')}`;
      expect(await response.json()).toMatchObject({ code: 'conflict', errors: [{ pointer: '#/parents', detail }] });
    }
    expect((await setParents(c, [])).status).toBe(200);
  });

  it.each([2, 3, 5])('of %i concurrent changes that together make a cycle, one is refused', async (count) => {
    for (let round = 0; round < 6; round++) {
      const ring = await registerTargets(count);
      const responses = await Promise.all(ring.map((target, at) => setParents(target, [ring[(at + 1) % count].id])));
      const codes = responses.map(({ status }) => status).sort();
      expect(codes).toEqual([...Array.from({ length: count - 1 }, () => 200), 409]);
    }
  });

  it('refuse the removal of a parent, with the number of its dependents', async () => {
    const [parent, ...dependents] = await registerTargets(8);
    for (const dependent of dependents) expect((await setParents(dependent, [parent.id])).status).toBe(200);
    const refused = await removeTarget(parent);
    expect(refused.status).toBe(409);
    const { detail } = (await refused.json()) as { detail: string };
    expect(detail).toMatch(/^7 targets depend on it: .* and 2 more\. The filter parent=/);
    await Promise.all(dependents.slice(1).map(removeTarget));
    expect((await setParents(dependents[0], [])).status).toBe(200);
    expect((await removeTarget(parent)).status).toBe(204);
  });

  it('exist also after a concurrent removal: one of both commands is refused', async () => {
    for (let round = 0; round < 8; round++) {
      const [parent, child] = await registerTargets(2);
      const [set, removed] = await Promise.all([setParents(child, [parent.id]), removeTarget(parent)]);
      expect([
        [200, 409],
        [400, 204],
      ]).toContainEqual([set.status, removed.status]);
    }
  });

  it('do not make other concurrent commands fail', async () => {
    const [a, b, ...others] = await registerTargets(30);
    expect((await setParents(a, [b.id])).status).toBe(200);
    const responses = await Promise.all([setParents(b, [a.id]), removeTarget(b), ...others.map(removeTarget)]);
    expect(responses.map(({ status }) => status)).toEqual([409, 409, ...others.map(() => 204)]);
  });
});
