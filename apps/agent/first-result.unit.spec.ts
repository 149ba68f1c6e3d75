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

describe('what the installer reports of the agent', () => {
  it('is its first result, as soon as there is one', () => {
    expect(outcomeOf('fra-1', { ...here, firstResultMs: 3_040 }, 0)).toEqual({
      ok: true,
      text: 'fra-1 is here, first result after 3.0 s.',
    });
  });

  it('is nothing while there is reason to wait', () => {
    expect(outcomeOf('fra-1', null, PATIENCE.silentMs - 1)).toBeNull();
    const enrolling = { ...here, parts: { enrolment: { ok: false, detail: 'enrolling' } } };
    expect(outcomeOf('fra-1', enrolling, PATIENCE.refusedMs - 1)).toBeNull();
    expect(outcomeOf('fra-1', here, PATIENCE.noResultMs - 1)).toBeNull();
  });

  it('is why it could not join', () => {
    const detail = 'The enrolment token is spent. Create a new token and enrol with it.';
    const refused = { ...here, parts: { enrolment: { ok: false, detail } }, firstResultMs: 100 };
    expect(outcomeOf('fra-1', refused, LONG_MS)).toEqual({
      ok: false,
      text: `fra-1 could not join: ${detail} Make another command in the portal, under Agents, and paste it here.`,
    });
    const unreachable = { ...here, parts: { enrolment: { ok: false, detail: 'connect ECONNREFUSED' } } };
    expect(outcomeOf('fra-1', unreachable, LONG_MS)?.text).toMatch(/ECONNREFUSED\. The agent keeps trying/);
    expect(outcomeOf('fra-1', null, LONG_MS)).toMatchObject({
      ok: false,
      text: expect.stringContaining('does not run'),
    });
  });

  it('is what keeps results from coming', () => {
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

  it('is no fault where nothing is assigned', () => {
    const idle = { ...here, targets: 0, refusedTargets: 8 };
    expect(outcomeOf('fra-1', idle, LONG_MS)).toMatchObject({
      ok: true,
      text: expect.stringMatching(/refuses 8 targets/),
    });
  });
});
