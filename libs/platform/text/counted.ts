/** Returns a count with its noun: `1 shard`, `3 shards`, `2 processes`. */
export function counted(count: number, what: string): string {
  const ending = count === 1 ? '' : /(s|ch)$/.test(what) ? 'es' : 's';
  return `${count.toLocaleString('en')} ${what}${ending}`;
}
