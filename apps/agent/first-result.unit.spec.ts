import { describe, expect, it } from 'vitest';
import { type AgentLook, outcomeOf, PATIENCE } from './first-result';

const ok = { ok: true, detail: 'fine' };
const here: AgentLook = {
  parts: { enrolment: ok, assignments: ok, probing: ok, shipping: ok },
  targets: 3,
  refusedTargets: 0,
  firstResultMs: 0,
};
const LONG_MS = 600_000;

describe("the installer's report on the agent", () => {
  it('is its first result, as soon as it exists', () => {
    expect(outcomeOf('fra-1', { ...here, firstResultMs: 3_040 }, 0)).toEqual({
      ok: true,
      text: 'fra-1 is connected, first result after 3.0 s.',
    });
  });

  it('is nothing while waiting is reasonable', () => {
    expect(outcomeOf('fra-1', null, PATIENCE.silentMs - 1)).toBeNull();
    const enrolling = { ...here, parts: { enrolment: { ok: false, detail: 'enrolling' } } };
    expect(outcomeOf('fra-1', enrolling, PATIENCE.refusedMs - 1)).toBeNull();
    expect(outcomeOf('fra-1', here, PATIENCE.noResultMs - 1)).toBeNull();
  });

  it('is why the agent could not join', () => {
    const detail = 'The enrolment token is spent. Create a new token and enrol with it.';
    const refused = { ...here, parts: { enrolment: { ok: false, detail } }, firstResultMs: 100 };
    expect(outcomeOf('fra-1', refused, LONG_MS)).toEqual({
      ok: false,
      text: `fra-1 could not join: ${detail} Create another command in the portal, under Agents, and paste it here.`,
    });
    const unreachable = { ...here, parts: { enrolment: { ok: false, detail: 'connect ECONNREFUSED' } } };
    expect(outcomeOf('fra-1', unreachable, LONG_MS)?.text).toMatch(/ECONNREFUSED\. The agent keeps trying/);
    expect(outcomeOf('fra-1', null, LONG_MS)).toMatchObject({
      ok: false,
      text: expect.stringContaining('is not running'),
    });
  });

  it('is what prevents results', () => {
    const without = (part: 'assignments' | 'probing'): AgentLook => ({
      ...here,
      parts: { ...here.parts, [part]: { ok: false, detail: 'why' } },
    });
    expect(outcomeOf('fra-1', without('assignments'), LONG_MS)).toMatchObject({
      ok: false,
      text: expect.stringMatching(/assignments: why\.$/),
    });
    expect(outcomeOf('fra-1', without('probing'), LONG_MS)).toMatchObject({
      ok: false,
      text: expect.stringMatching(/cannot ping: why\.$/),
    });
    expect(outcomeOf('fra-1', here, LONG_MS)).toMatchObject({
      ok: false,
      text: expect.stringMatching(/pings 3 targets/),
    });
  });

  it('is not a fault when no target is assigned', () => {
    const idle = { ...here, targets: 0, refusedTargets: 8 };
    expect(outcomeOf('fra-1', idle, LONG_MS)).toMatchObject({
      ok: true,
      text: expect.stringMatching(/refuses 8 targets/),
    });
  });
});
