import { ShardFold, type ShardDirectory, type ShardParticipant } from '@icmp-mon/shard/engine';
import { AGENT_IDS } from '@icmp-mon/shard/engine/testing';
import { SHARD, simulateLog, type SimulatedLog } from './shard-simulator-log';
import { isAgentFault, planOf, type OwnerFault, type Plan } from './shard-simulator-plan';
import { participantsOf, SimulatedProjector } from './shard-simulator-projector';
import { SimulatedBackend, SimulatedTelemetry } from './shard-simulator-store';

/** Steps after which a run that has not ended is called stuck: every record many times over, and every pause. */
const STEPS_PER_RECORD_MAX = 40;
const STEPS_MIN = 2_000;

export interface Outcome {
  seed: number;
  records: number;
  /** What differs from the undisturbed run, in words; empty if nothing does. */
  differences: string[];
}

interface Ending {
  digest: string;
  changes: string[];
  statuses: string[];
  verdicts: string[];
  samples: string[];
}

/** Runs a plan, and the same log undisturbed, and compares: state, status changes, verdicts, stored samples. */
export async function simulate(plan: Plan): Promise<Outcome> {
  const log = simulateLog(plan);
  const outcome = (differences: string[]): Outcome => ({ seed: plan.seed, records: log.records.length, differences });
  const expected = await runUndisturbed(log);
  const actual = await runDisturbed(plan, log);
  if (typeof actual === 'string') return outcome([actual]);
  const differences = (Object.keys(expected) as (keyof Ending)[]).flatMap((part) =>
    differenceOf(part, expected[part], actual[part]),
  );
  return outcome([...differences, ...differenceOf('samples against the agents', log.samples, actual.samples)]);
}

function differenceOf(part: string, expected: string | string[], actual: string | string[]): string[] {
  const [before, after] = [expected, actual].map((value) => (Array.isArray(value) ? value : [value]));
  const at = Array.from({ length: Math.max(before.length, after.length) }).findIndex(
    (_, row) => before[row] !== after[row],
  );
  if (at < 0) return [];
  return [`${part}: ${before.length} expected, ${after.length} found; at ${at} not ${before[at]} but ${after[at]}`];
}

async function runUndisturbed({ clean, swapped }: SimulatedLog): Promise<Ending> {
  const telemetry = new SimulatedTelemetry(AGENT_IDS);
  const directory = (): ShardDirectory => fold.directory;
  const participants: ShardParticipant[] = participantsOf(directory, telemetry, () => 0);
  const fold: ShardFold = new ShardFold(SHARD, participants);
  clean.forEach((record, offset) => fold.apply(offset, record, () => -1));
  for (const each of participants) {
    await each.prepare?.();
    const write = each.take(true);
    if (write) (await telemetry.begin(new SimulatedBackend(), (transaction) => write.write(transaction)))();
  }
  return ending(fold, telemetry, swapped);
}

async function runDisturbed(plan: Plan, { records, swapped }: SimulatedLog): Promise<Ending | string> {
  const telemetry = new SimulatedTelemetry(AGENT_IDS);
  const projectors = ['a', 'b'].map(
    (name) => new SimulatedProjector(name, telemetry, records, plan.commitEverySteps, plan.endsBackends),
  );
  const faults = plan.faults.filter((fault): fault is OwnerFault => !isAgentFault(fault) && isOwnerFault(fault));
  const lastFault = Math.max(0, ...faults.map(({ at }) => at)) + 1;
  const stepsMax = STEPS_MIN + records.length * STEPS_PER_RECORD_MAX;
  for (let step = 0; step < stepsMax; step++) {
    const owner = projectors.find(({ isOwner }) => isOwner);
    for (const fault of faults) if (fault.at === step) disturb(owner ?? projectors[0], fault, step);
    // Which of two processes comes first in an instant is nobody's to rely on.
    for (const each of step % 2 === 0 ? projectors : [...projectors].reverse()) await each.step(step);
    const done = step > lastFault + 2 && projectors.find(({ isDone }) => isDone);
    const warned = projectors.find(({ warning }) => warning !== null);
    if (warned) return warned.warning ?? '';
    if (done && done.fold) return ending(done.fold, telemetry, swapped);
  }
  return 'it does not end';
}

const OWNER_FAULTS: Record<OwnerFault['kind'], true> = {
  crash: true,
  freeze: true,
  'connection-lost': true,
  'commit-error': true,
  'slow-commit': true,
  checkpoint: true,
  'give-up': true,
};

function isOwnerFault(fault: Plan['faults'][number]): fault is OwnerFault {
  return fault.kind in OWNER_FAULTS;
}

function disturb(projector: SimulatedProjector, fault: OwnerFault, step: number): void {
  switch (fault.kind) {
    case 'crash':
      return projector.crash(step, fault.downSteps);
    case 'freeze':
      return projector.freeze(step, fault.steps);
    case 'connection-lost':
      return projector.loseConnection();
    case 'commit-error':
      return projector.failNextCommit(fault.stored);
    case 'slow-commit':
      return projector.slowNextCommit(fault.steps);
    case 'checkpoint':
      return projector.checkpointSoon();
    case 'give-up':
      return projector.giveUpSoon();
    default:
      fault satisfies never;
  }
}

/**
 * What a run ends with. Positions in the log are left out of status changes: repeats move them. Where blocks changed
 * places the changes are told per target, because their numbers follow the order.
 */
function ending(fold: ShardFold, telemetry: SimulatedTelemetry, byTarget: boolean): Ending {
  const numbers = telemetry.changes.map((change) => Number(change['change_seq']));
  const gap = numbers.findIndex((number, at) => number !== at + 1);
  const changes = telemetry.changes.map(({ position: _position, change_seq, ...change }) =>
    byTarget ? change : { ...change, change_seq },
  );
  if (byTarget) changes.sort((a, b) => Number(a['target_key']) - Number(b['target_key']));
  return {
    digest: fold.digest(),
    changes: [...(gap < 0 ? [] : [`a gap at ${gap}`]), ...changes.map((change) => JSON.stringify(change))],
    statuses: [...telemetry.statuses].map(([key, row]) => `${key} ${JSON.stringify(standing(row))}`).sort(),
    verdicts: [...telemetry.verdicts].map(([key, row]) => `${key} ${row}`).sort(),
    samples: telemetry.samples(),
  };
}

/** A change's number and place differ with the order of blocks and the log's repeats; what stands must not. */
function standing({
  change_seq: _changeSeq,
  position: _position,
  ...row
}: Record<string, unknown>): Record<string, unknown> {
  return row;
}

/** The plan with as little in it as still fails: fewer faults, shorter, fewer targets. */
export async function shorten(plan: Plan): Promise<Plan> {
  const fails = async (candidate: Plan): Promise<boolean> => (await simulate(candidate)).differences.length > 0;
  let shortest = plan;
  for (let changed = true; changed;) {
    changed = false;
    for (const candidate of shorterOnes(shortest)) {
      if (!(await fails(candidate))) continue;
      shortest = candidate;
      changed = true;
      break;
    }
  }
  return shortest;
}

function* shorterOnes(plan: Plan): Generator<Plan> {
  if (plan.seconds > 10) yield { ...plan, seconds: Math.floor(plan.seconds / 2) };
  if (plan.seconds > 1) yield { ...plan, seconds: plan.seconds - 1 };
  if (plan.targets > 1) yield { ...plan, targets: plan.targets - 1 };
  if (plan.inventoryChanges > 0) yield { ...plan, inventoryChanges: plan.inventoryChanges - 1 };
  const { faults } = plan;
  if (faults.length > 3) yield { ...plan, faults: faults.slice(0, faults.length >> 1) };
  if (faults.length > 3) yield { ...plan, faults: faults.slice(faults.length >> 1) };
  for (const at of faults.keys()) yield { ...plan, faults: faults.toSpliced(at, 1) };
}

export { planOf };
