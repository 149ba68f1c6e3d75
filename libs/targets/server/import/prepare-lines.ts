import type { Sql } from '@icmp-mon/platform/database';
import { type DependentLine, levelsOf } from './import-levels';
import { type LineResult, storeResults } from './import-rows';
import { shownPath } from './planned-parents';

/**
 * First part of an import: refuses lines that name the target of an earlier line and lines on a cycle of parents, and puts parents before the
 * targets that depend on them.
 * @returns the number of refused lines, including lines that were refused when the file was received
 */
export async function prepareLines(sql: Sql, fileId: string): Promise<number> {
  await refuseDuplicates(sql, fileId);
  const lines = await sql.query<Omit<DependentLine, 'key'> & { ip: string; vrf: string }>(
    `SELECT line, ip, vrf, ARRAY(SELECT jsonb_array_elements_text(members -> 'parents')) AS parents FROM import_line
     WHERE file_id = $1 AND outcome IS NULL AND members -> 'parents' <> '[]' ORDER BY line`,
    [fileId],
  );
  const keyed = lines.map(({ line, ip, vrf, parents }) => ({
    ...{ line, key: keyOf(vrf, ip) },
    parents: parents.map((parent) => keyOf(vrf, parent)),
  }));
  const { levels, cycles } = levelsOf(keyed);
  const rows = [...levels].map(([line, level]) => ({ line, level }));
  await sql.execute(
    `UPDATE import_line l SET level = r.level FROM jsonb_to_recordset($2::jsonb) AS r (line integer, level integer)
     WHERE l.file_id = $1 AND l.line = r.line`,
    [fileId, JSON.stringify(rows)],
  );
  await storeResults(sql, fileId, cycles.map(cycleResult));
  const [{ count }] = await sql.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM import_line WHERE file_id = $1 AND outcome = 'refused'`,
    [fileId],
  );
  return count;
}

async function refuseDuplicates(sql: Sql, fileId: string): Promise<void> {
  // Two statements, because the planner has no statistics of lines that were just stored, and would join them badly.
  const duplicates = await sql.query<{ line: number; first: number }>(
    `SELECT line, first FROM (
       SELECT line, min(line) OVER (PARTITION BY vrf, ip) AS first FROM import_line WHERE file_id = $1 AND outcome IS NULL) AS d
     WHERE line > first`,
    [fileId],
  );
  const results = duplicates.map(({ line, first }): LineResult => {
    const reason = `is the target of line ${first} already: one line per VRF and address`;
    return { line, outcome: 'refused', field: 'ip', reason };
  });
  await storeResults(sql, fileId, results);
}

const keyOf = (vrf: string, ip: string): string => `${vrf}\n${ip}`;
const ipOf = (key: string): string => key.slice(key.indexOf('\n') + 1);

function cycleResult({ line, path }: { line: number; path: readonly string[] }): LineResult {
  const reason = `the target would depend on itself: ${shownPath(path.map(ipOf))}`;
  return { line, outcome: 'refused', field: 'parents', reason };
}
