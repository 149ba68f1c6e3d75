import type { MemberChange } from '@icmp-mon/targets/contract';

const TEXT_MAX = 120;
const TAG = 'tag:';

/** Returns a change of a member in words: `tag site: fra → ams`, `owner: noc`, `paused`. */
export function changeText({ member, from, to, ip }: MemberChange): string {
  if (member === 'paused') return to === null ? 'resumed' : 'paused';
  if (member === 'parent') return `${to === null ? 'no longer depends' : 'depends'} on ${ip ?? shortened(to ?? from)}`;
  const name = member.startsWith(TAG) ? `tag ${member.slice(TAG.length)}` : member;
  if (from === null) return `${name}: ${shortened(to)}`;
  return to === null ? `${name} removed (${shortened(from)})` : `${name}: ${shortened(from)} → ${shortened(to)}`;
}

/** Returns the first line of a text. */
function shortened(text: string | null): string {
  const [line = '', second] = (text ?? '').split('\n');
  return second === undefined && line.length <= TEXT_MAX ? line : `${line.slice(0, TEXT_MAX)}…`;
}
