import { describe, expect, it } from 'vitest';
import { CpuTimeFile, RunWatch } from './run-watch';

const START_MS = 1_795_000_000_000;
const LOOK_EVERY_MS = 100;
const RAN_NS_PER_MS = 50_000;

/** A watched process, the agent and a clock that can each be paused. */
class World {
  steadyMs = 0;
  clockOffMs = 0;
  ranNs: number | null = 0;
  dropped = 0;
  /** How often dropped packets were counted. */
  counted = 0;
  readonly watch: RunWatch;

  constructor(pace: Partial<ConstructorParameters<typeof RunWatch>[1]> = {}) {
    this.watch = new RunWatch(
      { ranNs: () => this.ranNs, dropped: () => (this.counted++, this.dropped) },
      { spacingMs: 10, sendingMs: 10_000, timeoutMs: 1_000, ...pace },
      { steadyMs: () => this.steadyMs, wallMs: () => START_MS + this.steadyMs + this.clockOffMs },
    );
  }

  pass(ms: number, { runs = true, looks = true, missesWait = true } = {}): void {
    for (let left = ms; left > 0; left -= LOOK_EVERY_MS) {
      this.steadyMs += LOOK_EVERY_MS;
      if (runs && this.ranNs !== null) this.ranNs += LOOK_EVERY_MS * RAN_NS_PER_MS;
      if (looks) this.watch.checkProcess(missesWait);
    }
    this.watch.checkProcess(missesWait);
  }

  listened(fromMs: number, toMs: number): boolean {
    return this.watch.hasListened(START_MS + fromMs, START_MS + toMs);
  }

  clockHeld(fromMs: number, toMs: number): boolean {
    return this.watch.clockHeld(START_MS + fromMs, START_MS + toMs);
  }
}

describe('a process that is watched', () => {
  it('ran all along if it used CPU time at each check', () => {
    const world = new World();
    world.pass(5_000);
    expect(world.listened(0, 5_000)).toBe(true);
    expect(world.watch.longestPauseMs).toBe(0);
  });

  it('has a pause while it was stopped', () => {
    const world = new World();
    world.pass(2_000);
    world.pass(1_000, { runs: false });
    world.pass(2_000);
    expect(world.listened(500, 1_500)).toBe(true);
    expect(world.listened(1_500, 2_500)).toBe(false);
    expect(world.listened(2_200, 2_300)).toBe(false);
    expect(world.listened(2_900, 3_900)).toBe(false);
    expect(world.listened(3_200, 4_200)).toBe(true);
    expect(world.watch.longestPauseMs).toBeGreaterThanOrEqual(1_000);
  });

  it('may sleep between two packets and while it waits for the last replies', () => {
    const slow = new World({ spacingMs: 2_000 });
    slow.pass(200);
    slow.pass(1_900, { runs: false });
    slow.pass(200);
    const last = new World({ sendingMs: 1_000 });
    last.pass(1_200);
    last.pass(1_000, { runs: false });
    last.pass(100);
    for (const world of [slow, last]) expect(world.watch.longestPauseMs).toBe(0);
  });

  it('ran while only the agent was paused, and did not when the machine was', () => {
    const ours = new World();
    ours.pass(2_000);
    ours.pass(3_000, { looks: false });
    ours.pass(500);
    expect(ours.listened(0, 5_500)).toBe(true);
    const all = new World();
    all.pass(2_000);
    all.pass(3_000, { runs: false, looks: false });
    all.pass(500);
    expect(all.listened(1_500, 2_500)).toBe(false);
    expect(all.listened(0, 1_500)).toBe(true);
  });

  it('is not trusted across a pause of the agent when the system reports no CPU time', () => {
    const world = new World();
    world.ranNs = null;
    world.pass(2_000);
    expect(world.watch.longestPauseMs).toBe(0);
    world.pass(1_000, { looks: false });
    expect(world.listened(1_500, 2_500)).toBe(false);
  });

  it.each([3_000, -3_000, 130, -130])('is not trusted across a clock step of %i ms', (stepMs) => {
    const world = new World();
    world.pass(2_000);
    world.clockOffMs = stepMs;
    world.pass(500);
    const [fromMs, toMs] = [Math.min(2_000, 2_000 + stepMs), Math.max(2_000, 2_000 + stepMs)];
    expect(world.listened(fromMs + 10, toMs - 10)).toBe(false);
    expect(world.clockHeld(fromMs + 10, toMs - 10)).toBe(false);
    expect(world.clockHeld(0, fromMs - 10)).toBe(true);
    expect(world.watch, 'the process ran').toMatchObject({ longestPauseMs: 0, isUndisturbed: false });
  });

  it('did not listen all along when the kernel dropped packets', () => {
    const world = new World();
    world.pass(2_000);
    world.dropped = 40;
    world.pass(2_000);
    world.dropped = 0; // it has ended
    world.pass(100);
    expect(world.listened(0, 2_000)).toBe(true);
    expect(world.listened(1_500, 2_500)).toBe(false);
    expect(world.listened(2_200, 3_200)).toBe(true);
    expect(world.watch).toMatchObject({ dropped: 40, longestPauseMs: 0 });
  });

  it('counts dropped packets once per second until a miss depends on them, and every time when it may end', () => {
    const world = new World();
    const counts = () => world.counted;
    world.pass(5_000, { missesWait: false });
    expect(counts()).toBe(5);
    world.pass(1_000);
    expect(counts()).toBeGreaterThanOrEqual(15);
    const before = counts();
    world.pass(5_000, { missesWait: false });
    expect(counts() - before).toBeGreaterThanOrEqual(20);
  });

  it('did not listen since the last count when packets were dropped by the next one', () => {
    const world = new World();
    world.pass(2_000, { missesWait: false });
    world.dropped = 40;
    world.pass(500, { missesWait: false });
    world.pass(500);
    expect(world.listened(0, 1_900)).toBe(true);
    expect(world.listened(2_100, 2_200)).toBe(false);
    expect(world.watch.dropped).toBe(40);
  });

  it('is not trusted for the time since the last count if it was killed', () => {
    const world = new World();
    world.pass(2_500, { missesWait: false });
    expect(world.listened(2_300, 2_400)).toBe(true);
    world.watch.distrustUncounted();
    expect(world.listened(0, 1_900)).toBe(true);
    expect(world.listened(2_300, 2_400)).toBe(false);
  });

  it('reports an unset clock also while the process was paused', () => {
    const world = new World();
    world.pass(2_000);
    world.pass(1_000, { runs: false });
    world.pass(2_000);
    expect(world.listened(1_500, 2_500)).toBe(false);
    expect(world.clockHeld(0, 5_000)).toBe(true);
  });

  it('is measured by the CPU time that the system reports', () => {
    const own = new CpuTimeFile(process.pid);
    const before = own.ranNs();
    const untilMs = performance.now() + 20;
    while (performance.now() < untilMs);
    expect(own.ranNs()).toBeGreaterThan(before ?? Infinity);
    expect(own.waitedMs).toBeGreaterThan(0);
    own.close();
    const none = new CpuTimeFile(2 ** 22 + 1);
    expect(none.ranNs()).toBeNull();
    none.close();
  });
});
