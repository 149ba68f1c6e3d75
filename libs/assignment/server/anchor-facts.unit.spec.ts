import { expect, it } from 'vitest';
import { changedEvidence } from './anchor-facts';

const OLD_MS = 60_000;

it('changes with the reports, and not for an agent whose report is missing', () => {
  const stored = [
    { agentId: 'a', evidence: 'answer', ageMs: OLD_MS },
    { agentId: 'b', evidence: 'silent', ageMs: OLD_MS },
    { agentId: 'gone', evidence: 'silent', ageMs: OLD_MS },
  ] as const;
  const reports = [
    { agentId: 'a', anchors: 'silent' },
    { agentId: 'b', anchors: 'silent' },
    { agentId: 'new', anchors: 'answer' },
    { agentId: 'older' },
  ] as const;
  expect(changedEvidence(reports, stored)).toEqual([
    { agentId: 'a', evidence: 'silent' },
    { agentId: 'new', evidence: 'answer' },
  ]);
});

it('ends when no longer is an anchor set or measured', () => {
  const stored = [{ agentId: 'a', evidence: 'silent', ageMs: OLD_MS }] as const;
  expect(changedEvidence([{ agentId: 'a', anchors: 'unknown' }], stored)).toEqual([{ agentId: 'a', evidence: null }]);
  expect(changedEvidence([{ agentId: 'a' }], [])).toEqual([]);
});

it('changes once per 10 s at most', () => {
  const stored = (ageMs: number) => [{ agentId: 'a', evidence: 'answer', ageMs }] as const;
  expect(changedEvidence([{ agentId: 'a', anchors: 'silent' }], stored(9_999))).toEqual([]);
  expect(changedEvidence([{ agentId: 'a', anchors: 'silent' }], stored(10_000))).toHaveLength(1);
});
