import { TARGET_ID } from '@icmp-mon/targets/wire';
import type { Wanted } from '../kind';
import type { Fault } from '../fault';
import { placeKey, type TargetItem } from './target-item';
import type { TargetState } from './target-state';

/** Parents after the plan, by `placeKey`: those of the files where they state them, otherwise those of the server. */
export type Parents = ReadonlyMap<string, readonly string[]>;

/** Most targets of a cycle that are printed. */
const SHOWN_MAX = 6;

/** Returns the parents of all targets that have any, as keys. Parents by id are left out: the server finds them. */
export function parentsAfter(
  wanted: readonly Wanted<TargetItem>[],
  state: TargetState,
  isDeleted: (key: string) => boolean,
): Parents {
  const parents = new Map<string, string[]>();
  const add = (key: string, vrf: string, references: readonly string[]): void => {
    const keys = references.filter((each) => !TARGET_ID.test(each)).map((ip) => placeKey({ ip, vrf }));
    if (keys.length > 0) parents.set(key, keys);
    else parents.delete(key);
  };
  for (const [key, target] of state)
    if (target.parents.length > 0 && !isDeleted(key)) add(key, target.vrf, target.parents);
  for (const { item } of wanted)
    if (item.members.parents !== undefined) add(placeKey(item), item.vrf, item.members.parents);
  return parents;
}

/** Returns the parents of the files that are no targets after the plan, and the targets that would depend on themselves. */
export function parentFaults(
  wanted: readonly Wanted<TargetItem>[],
  parents: Parents,
  exists: (key: string) => boolean,
): Fault[] {
  const faults = wanted.flatMap(({ item, placeOf }) =>
    (item.members.parents ?? []).flatMap((parent, at): Fault[] => {
      if (TARGET_ID.test(parent) || exists(placeKey({ ip: parent, vrf: item.vrf }))) return [];
      return [
        {
          place: placeOf(['parents', at]),
          text: `${parent} is no target in the VRF ${item.vrf}, neither of these files nor of the server.`,
        },
      ];
    }),
  );
  const cycle = cycleOf(parents);
  if (cycle === null) return faults;
  const first = wanted.find(({ item }) => item.members.parents !== undefined && cycle.includes(placeKey(item)));
  return [
    ...faults,
    { place: first?.placeOf(['parents']) ?? null, text: `Targets would depend on themselves: ${cycleText(cycle)}.` },
  ];
}

function cycleText(cycle: readonly string[]): string {
  const addresses = cycle.map((key) => key.slice(key.indexOf('\n') + 1));
  const shown = addresses.slice(0, SHOWN_MAX);
  return [...shown, ...(addresses.length > shown.length ? ['…'] : []), addresses[0]].join(' → ');
}

/** Returns one cycle; null if there is none. Depth first without recursion, each parent is followed once. */
export function cycleOf(parents: Parents): string[] | null {
  const states = new Map<string, 'open' | 'done'>();
  for (const start of parents.keys()) {
    if (states.has(start)) continue;
    const path = [{ key: start, next: 0 }];
    states.set(start, 'open');
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const parent = parents.get(last.key)?.[last.next];
      last.next += 1;
      if (parent === undefined) {
        states.set(last.key, 'done');
        path.pop();
      } else if (states.get(parent) === 'open')
        return path.slice(path.findIndex(({ key }) => key === parent)).map(({ key }) => key);
      else if (!states.has(parent) && parents.has(parent)) {
        states.set(parent, 'open');
        path.push({ key: parent, next: 0 });
      }
    }
  }
  return null;
}

/** Returns keys in an order in which each target comes before its parents, so that it can be deleted first. */
export function dependentsFirst(keys: readonly string[], parents: Parents): string[] {
  const heights = new Map<string, number>();
  const heightOf = (start: string): number => {
    const path = [start];
    for (let key = path.at(-1); key !== undefined; key = path.at(-1)) {
      // A list that was read while others changed it may contain a cycle.
      const open = (parents.get(key) ?? []).find((parent) => !heights.has(parent) && !path.includes(parent));
      if (open !== undefined) path.push(open);
      else {
        heights.set(key, 1 + Math.max(-1, ...(parents.get(key) ?? []).map((parent) => heights.get(parent) ?? 0)));
        path.pop();
      }
    }
    return heights.get(start) ?? 0;
  };
  return [...keys].sort((a, b) => heightOf(b) - heightOf(a) || (a < b ? -1 : 1));
}
