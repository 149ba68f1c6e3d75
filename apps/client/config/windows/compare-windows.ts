import type { WindowDefinition, WindowView } from '@icmp-mon/maintenance/contract';
import type { Fault } from '../fault';
import type { Change, Difference, Json, MemberChange, Wanted } from '../kind';
import { REQUIRED, type WindowItem } from './window-item';

/** Windows of the server by name; null if the key may not read them. */
export type WindowState = ReadonlyMap<string, WindowView> | null;

/** Request of a change of a window. */
export interface WindowRequest {
  definition: Partial<WindowDefinition>;
  /** Null: the window does not exist. */
  existing: { id: string; version: number } | null;
}

/** Compares the windows of the files with those of the server. Windows are never cancelled: those of no file are counted. */
export function compareWindows(wanted: readonly Wanted<WindowItem>[], state: WindowState): Difference {
  const changes: Change[] = [];
  const faults: Fault[] = [];
  for (const each of wanted) {
    if (state === null) {
      const text = 'The API key may not read windows: it needs the permission maintenance:read.';
      faults.push({ place: each.placeOf(), text });
      continue;
    }
    const current = state.get(each.item.name);
    const missing = current === undefined ? REQUIRED.filter((member) => each.item.stated[member] === undefined) : [];
    if (missing.length > 0) {
      faults.push({ place: each.placeOf(), text: `A new window must have ${missing.join(', ')}.` });
      continue;
    }
    const change = changeOf(each, current);
    if (change !== null) changes.push(change);
  }
  const names = new Set(wanted.map(({ item }) => item.name));
  const others = [...(state?.keys() ?? [])].filter((name) => !names.has(name)).length;
  const unchanged = wanted.length - changes.length - faults.length;
  return { changes, faults, unchanged, unmanaged: { inScope: 0, others }, unstated: {} };
}

function changeOf(
  { item: { name, stated }, source }: Wanted<WindowItem>,
  current: WindowView | undefined,
): Change | null {
  const before: Partial<WindowDefinition> = current?.definition ?? {};
  const members = Object.entries(stated).flatMap(([member, after]): MemberChange[] => {
    const known = before[member as keyof WindowDefinition];
    return known === after || (known === undefined && after === null) ? [] : [{ member, before: known, after }];
  });
  if (members.length === 0 && current !== undefined) return null;
  const request: WindowRequest = {
    definition: { ...before, ...stated, name },
    existing: current === undefined ? null : { id: current.id, version: current.version },
  };
  return {
    kind: 'windows',
    action: current === undefined ? 'create' : 'change',
    title: name,
    place: source,
    members,
    request: request as unknown as Json,
  };
}
