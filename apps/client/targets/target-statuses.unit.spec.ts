import type { StatusCorrection, StatusInterval } from '@icmp-mon/status/contract';
import { afterEach, expect, it } from 'vitest';
import { answerJson, type FakeApi, startFakeApi } from '../testing/fake-api';
import { runCaptured } from '../testing/run-captured';
import { correctionsText } from './target-statuses';

let fake: FakeApi | undefined;
afterEach(() => fake?.stop());

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString();

function correction(revision: number, from: number, to: number): StatusCorrection {
  const late = { status: 'up', reason: 'quorum_up', cause: 'late_results' } as const;
  return { ...late, agentIds: [], madeAt: at(50), from: at(from), to: at(to), revision };
}

it('a status names the corrections of its time, the latest revision first', () => {
  const interval: StatusInterval = { from: at(10), to: at(20), status: 'unknown', reason: 'no_fresh_data' };
  expect(correctionsText(interval, [correction(1, 0, 10), correction(1, 20, 30)])).toBe('');
  const two = correctionsText(interval, [correction(1, 5, 12), correction(2, 11, 25)]);
  expect(two).toMatch(/^up .* \(revision 2\); up .* \(revision 1\)$/);
  const five = Array.from({ length: 5 }, (_, index) => correction(index + 1, 10 + index, 11 + index));
  expect(correctionsText({ ...interval, to: null }, five)).toMatch(/\(revision 5\).*\(revision 3\); 2 more$/);
});

it('the statuses of a target are listed as corrected, with the corrections', async () => {
  const asked: string[] = [];
  fake = await startFakeApi(({ path }, response) => {
    asked.push(path);
    const items = [{ from: at(10), to: null, status: 'up', reason: 'quorum_up' }];
    answerJson(response, {
      items,
      view: 'corrected',
      corrections: [correction(1, 12, 14)],
      truncated: false,
      asOf: null,
    });
  });
  const argv = ['targets', 'statuses', '192.0.2.7', '--view', 'corrected', '--from', 'now-1h'];
  const { code, out } = await runCaptured(argv, { ICMPMON_URL: fake.url, ICMPMON_API_KEY: 'imk_x' });
  expect(code).toBe(0);
  expect(asked[0]).toContain('/targets/192.0.2.7/status/history?');
  expect(asked[0]).toContain('view=corrected');
  expect(out).toMatch(/up +quorum_up +up .* \(revision 1\)/);
});
