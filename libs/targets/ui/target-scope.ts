/** Names that a filter needs no quotes for, apart from its keywords. */
const PLAIN = /^(?!(and|or|not|in)$)[a-z0-9_-]+$/i;

/** Returns the scope of one target, without the grammar of filters, which would be part of the target's page. */
export function scopeOfTarget({ ip, vrf }: { ip: string; vrf: string }): string {
  return `ip=${ip} AND vrf=${PLAIN.test(vrf) ? vrf : `"${vrf.replaceAll('"', '""')}"`}`;
}
