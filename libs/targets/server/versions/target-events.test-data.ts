import type { ProjectedEvent } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import {
  type RecordedTarget,
  type TargetData,
  targetDataOf,
  type TargetEvent,
  type TargetVersion,
} from '@icmp-mon/targets/contract';
import { RandomFilters } from '../target-list/random-filters.test-data';

/** Subjects of filters that versions have. */
export const VERSION_SUBJECTS = [
  'name',
  'tier',
  'vrf',
  'owner',
  'paused',
  'parent',
  'ip',
  'tag',
  'tag',
  'tag',
] as const;

const START_MS = Date.parse('2026-03-28T22:00:00Z');
/** Times differ by few milliseconds, so that many events are simultaneous. */
const STEP_MS_MAX = 3;

const PARENT = newId();

interface Life {
  target: RecordedTarget;
  version: number;
  isRemoved: boolean;
}

/** Random lives of targets: registrations, changes and removals at times that sometimes go back. The same for the same seed. */
export class RandomLives {
  readonly random: RandomFilters;
  readonly events: ProjectedEvent<TargetEvent>[] = [];
  private readonly lives: Life[] = [];
  private clockMs = START_MS;

  constructor(seed: number) {
    this.random = new RandomFilters(seed, VERSION_SUBJECTS);
  }

  addEvents(count: number): void {
    for (let added = 0; added < count; added++) this.addEvent();
  }

  instantMs(): number {
    return START_MS - 2 + this.random.wholeBelow(Math.max(1, this.clockMs - START_MS + 5));
  }

  private addEvent(): void {
    const alive = this.lives.filter(({ isRemoved }) => !isRemoved);
    const choice = this.random.wholeBelow(10);
    if (alive.length === 0 || choice < 3) this.register();
    else if (choice < 8) this.change(this.random.pickOne(alive));
    else this.remove(this.random.pickOne(alive));
  }

  private register(): void {
    const key = this.lives.length + 1;
    // Few addresses, so that removed ones are registered again.
    const { name, tags, tier } = this.random.targetOf(key);
    const target = {
      targetId: newId(),
      key,
      ip: `10.0.0.${key % 7}`,
      vrf: 'default',
      name,
      tags,
      tier,
      ...this.laterMembers(),
    };
    const life = { target, version: 0, isRemoved: false };
    this.lives.push(life);
    this.append(life, { type: 'TargetRegistered', data: target });
  }

  private change(life: Life): void {
    const { name, tags, tier } = this.random.targetOf(life.target.key);
    life.target = { ...life.target, name, tags, tier, ...this.laterMembers() };
    this.append(life, { type: 'TargetChanged', data: life.target });
  }

  /** Members that events of older releases lack. */
  private laterMembers(): Partial<Pick<TargetData, 'paused' | 'parents' | 'notes' | 'owner'>> {
    if (this.random.wholeBelow(2) === 0) return {};
    const parent = this.random.pickOne(this.lives.map(({ target }) => target.targetId).concat(PARENT));
    const { paused, owner } = this.random.targetOf(this.lives.length);
    return { paused, parents: [parent], notes: 'line\nline', owner };
  }

  private remove(life: Life): void {
    const { targetId, key, ip, vrf } = life.target;
    life.isRemoved = true;
    this.append(life, { type: 'TargetRemoved', data: { targetId, key, ip, vrf } });
  }

  private append(life: Life, { type, data }: TargetEvent): void {
    this.clockMs += this.random.wholeBelow(STEP_MS_MAX);
    const isBack = this.random.wholeBelow(10) === 0;
    life.version++;
    this.events.push({
      position: this.events.length + 1,
      stream: `target-${life.target.targetId}`,
      version: life.version,
      type,
      data,
      occurredAt: new Date(this.clockMs - (isBack ? 5 : 0)).toISOString(),
    });
  }
}

export type StateAt = Omit<TargetVersion, 'id' | 'registeredAt' | 'validFrom' | 'validTo'>;

/** Returns the targets at an instant by applying every event: the slow definition of what the table answers. */
export function statesAt(events: readonly ProjectedEvent<TargetEvent>[], atMs: number): Map<number, StateAt> {
  const states = new Map<number, StateAt>();
  const latestMs = new Map<string, number>();
  for (const { stream, version, type, data, occurredAt } of events) {
    const ms = Math.max(latestMs.get(stream) ?? 0, Date.parse(occurredAt));
    latestMs.set(stream, ms);
    if (ms > atMs) continue;
    if (type === 'TargetRemoved') states.delete(data.key);
    else states.set(data.key, { ...targetDataOf(data as RecordedTarget), version });
  }
  return states;
}
