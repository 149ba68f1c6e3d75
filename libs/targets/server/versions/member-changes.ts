import type { MemberChange, TargetData } from '@icmp-mon/targets/contract';

/** Returns how the members of a target differ; without an earlier state, the members that it has. */
export function memberChanges(before: TargetData | null, after: TargetData): MemberChange[] {
  const members: MemberChange[] = (['name', 'tier', 'owner', 'notes'] as const).map((member) => ({
    member,
    from: before?.[member] ?? null,
    to: after[member],
  }));
  members.push({ member: 'paused', from: pausedText(before), to: pausedText(after) });
  const keys = new Set([...Object.keys(before?.tags ?? {}), ...Object.keys(after.tags)]);
  for (const key of [...keys].sort()) {
    members.push({ member: `tag:${key}`, from: before?.tags[key] ?? null, to: after.tags[key] ?? null });
  }
  for (const id of before?.parents ?? []) members.push({ member: 'parent', from: id, to: idIn(after.parents, id) });
  for (const id of after.parents) members.push({ member: 'parent', from: idIn(before?.parents ?? [], id), to: id });
  return members.filter(({ from, to }) => from !== to);
}

/** Only a paused target has a value, so that a registration does not list it. */
const pausedText = (target: TargetData | null): string | null => (target?.paused === true ? 'true' : null);

const idIn = (ids: readonly string[], id: string): string | null => (ids.includes(id) ? id : null);
