import { isDeepStrictEqual } from 'node:util';
import { newId } from '@icmp-mon/platform/ids';
import { Findings, type FaultContext, type Verdict } from '../fault';
import type { Installation } from '../installation';

const PAIRS = { short: 50, full: 1_000 };
const PAIRS_AT_ONCE = 10;

/** Two concurrent commands on one aggregate, many times, over HTTP; and each idempotency key used by two concurrent requests. */
export async function run({ short, printLine, installation }: FaultContext): Promise<Verdict> {
  const findings = new Findings(printLine);
  const pairs = short ? PAIRS.short : PAIRS.full;
  const product = await installation();
  const tally = new Map<string, number>();
  const note = (what: string): void => void tally.set(what, (tally.get(what) ?? 0) + 1);
  for (let at = 0; at < pairs; at += PAIRS_AT_ONCE) {
    const some = Array.from({ length: Math.min(PAIRS_AT_ONCE, pairs - at) }, (_, offset) =>
      onePair(product, at + offset),
    );
    for (const outcomes of await Promise.all(some)) outcomes.forEach(note);
    if (at % 200 === 0 && at > 0) printLine(`${at} of ${pairs} pairs`);
  }
  const counted = (what: string): number => tally.get(what) ?? 0;
  findings.must('pairs of registrations: one succeeded, one 409', counted('register 201+409'), pairs);
  findings.must('pairs of removals: one succeeded, one 404 or 412', counted('remove 204+other'), pairs);
  findings.must('pairs with one Idempotency-Key: the same response', counted('same answer'), pairs);
  for (const [what, count] of tally) {
    if (!['register 201+409', 'remove 204+other', 'same answer'].includes(what))
      findings.recordFailure(`${what}: ${count} times`);
  }
  return findings;
}

async function onePair({ product, network }: Installation, number: number): Promise<string[]> {
  const ip = `${network}.${128 + (number >> 8)}.${number & 255}`;
  const post = (vrf: string, key?: string): Promise<Response> =>
    product.request('POST', 'targets', { ip, vrf, tier: 'standard' }, key ? { 'idempotency-key': key } : {});
  const outcomes: string[] = [];
  const registered = await Promise.all([post('pairs'), post('pairs')]);
  outcomes.push(`register ${statuses(registered)}`);
  const { id } = (await registered.find(({ status }) => status === 201)?.json()) as { id: string };
  const remove = (): Promise<Response> => product.request('DELETE', `targets/${id}`, undefined, { 'if-match': '"1"' });
  const removed = statuses(await Promise.all([remove(), remove()]));
  outcomes.push(/^204\+(404|412)$/.test(removed) ? 'remove 204+other' : `remove ${removed}`);
  const key = newId();
  const repeated = await Promise.all([post('repeats', key), post('repeats', key)]);
  const [first, second] = await Promise.all(repeated.map((response) => response.text()));
  const same = statuses(repeated) === '201+201' && isDeepStrictEqual(JSON.parse(first), JSON.parse(second));
  outcomes.push(same ? 'same answer' : `repeat ${statuses(repeated)}`);
  const kept = JSON.parse(first) as { id?: string };
  if (kept.id) await product.request('DELETE', `targets/${kept.id}`);
  return outcomes;
}

const statuses = (responses: readonly Response[]): string =>
  responses
    .map(({ status }) => status)
    .sort()
    .join('+');
