import type { BulkFixture } from '../bulk/bulk-fixture.test-data';

/** Returns a file of CSV with these lines. */
export const csv = (...lines: string[]): string => `${lines.join('\r\n')}\r\n`;

/** Returns the targets of an address range with everything that a file states. */
export const targetsIn = ({ control }: BulkFixture, range: string): Promise<object[]> =>
  control.query(
    `SELECT host(ip) AS ip, vrf, name, tier, tags, paused, notes, owner,
       ARRAY(SELECT host(p.ip) FROM target_list p WHERE p.id = ANY (t.parents) ORDER BY p.ip) AS parents
     FROM target_list t WHERE ip <<= $1::inet ORDER BY t.ip, vrf`,
    [range],
  );

/** Returns the number of events of all targets. */
export async function eventsOfTargets({ control }: BulkFixture): Promise<number> {
  const [row] = await control.query<{ count: number }>(`SELECT count(*) FROM event WHERE stream LIKE 'target-%'`);
  return Number(row.count);
}
