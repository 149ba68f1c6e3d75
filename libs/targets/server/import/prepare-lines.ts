import type { Sql } from '@icmp-mon/platform/database';
import { type CycleLine, levelsOf } from './import-levels';
import { type LineResult, ROWS_PER_STATEMENT, storeResults } from './import-rows';
import { LineGraph } from './line-graph';
import { shownPath } from './planned-parents';

/** Lines with parents that one statement reads. */
const LINES_PER_PAGE = 10_000;
const WITH_PARENTS = `outcome IS NULL AND members -> 'parents' <> '[]'`;

interface Dependent {
  line: number;
  ip: string;
  vrf: string;
}

/**
 * First part of an import: refuses lines that name the target of an earlier line and lines on a cycle of parents, and puts parents before the
 * targets that depend on them. Reads and writes some lines per statement, because a file may have millions of parents.
 * @returns the number of refused lines, including lines that were refused when the file was received
 */
export async function prepareLines(sql: Sql, fileId: string): Promise<number> {
  await refuseDuplicates(sql, fileId);
  const dependents = await readDependents(sql, fileId);
  const { levels, cycles } = levelsOf(await readGraph(sql, fileId, dependents));
  await storeLevels(sql, fileId, dependents, levels);
  for (let at = 0; at < cycles.length; at += ROWS_PER_STATEMENT) {
    const some = cycles.slice(at, at + ROWS_PER_STATEMENT);
    await storeResults(
      sql,
      fileId,
      some.map((cycle) => cycleResult(cycle, dependents)),
    );
  }
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
  for (let at = 0; at < duplicates.length; at += ROWS_PER_STATEMENT) {
    await storeResults(sql, fileId, duplicates.slice(at, at + ROWS_PER_STATEMENT).map(duplicateResult));
  }
}

/** Returns the lines with parents, in the order of the file. */
function readDependents(sql: Sql, fileId: string): Promise<Dependent[]> {
  return sql.query<Dependent>(
    `SELECT line, ip, vrf FROM import_line WHERE file_id = $1 AND ${WITH_PARENTS} ORDER BY line`,
    [fileId],
  );
}

/** Reads which of these lines depend on which; parents that are no lines with parents are left out. */
async function readGraph(sql: Sql, fileId: string, dependents: readonly Dependent[]): Promise<LineGraph> {
  const nodes = new Map(dependents.map(({ vrf, ip }, node) => [keyOf(vrf, ip), node]));
  const graph = new LineGraph(dependents.length);
  for (let at = 0; at < dependents.length; at += LINES_PER_PAGE) {
    const page = dependents.slice(at, at + LINES_PER_PAGE);
    const rows = await sql.query<{ parents: string[] }>(
      `SELECT members -> 'parents' AS parents FROM import_line
       WHERE file_id = $1 AND line BETWEEN $2 AND $3 AND ${WITH_PARENTS} ORDER BY line`,
      [fileId, page[0].line, page[page.length - 1].line],
    );
    for (const [nr, { parents }] of rows.entries()) {
      graph.addNode(parents.flatMap((parent) => nodes.get(keyOf(page[nr].vrf, parent)) ?? []));
    }
  }
  return graph;
}

async function storeLevels(
  sql: Sql,
  fileId: string,
  dependents: readonly Dependent[],
  levels: Int32Array,
): Promise<void> {
  for (let at = 0; at < dependents.length; at += ROWS_PER_STATEMENT) {
    const some = dependents.slice(at, at + ROWS_PER_STATEMENT);
    const rows = some.map(({ line }, nr) => ({ line, level: levels[at + nr] }));
    await sql.execute(
      `UPDATE import_line l SET level = r.level FROM jsonb_to_recordset($2::jsonb) AS r (line integer, level integer)
       WHERE l.file_id = $1 AND l.line = r.line`,
      [fileId, JSON.stringify(rows)],
    );
  }
}

const keyOf = (vrf: string, ip: string): string => `${vrf}\n${ip}`;

function duplicateResult({ line, first }: { line: number; first: number }): LineResult {
  const reason = `is the target of line ${first} already: one line per VRF and address`;
  return { line, outcome: 'refused', field: 'ip', reason };
}

function cycleResult({ node, path, isWhole }: CycleLine, dependents: readonly Dependent[]): LineResult {
  const { line, ip } = dependents[node];
  const above = path.map((each) => dependents[each].ip);
  const reason = `the target would depend on itself: ${shownPath([...above, ...(isWhole ? [] : ['…']), ip])}`;
  return { line, outcome: 'refused', field: 'parents', reason };
}
