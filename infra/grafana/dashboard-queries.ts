import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface DashboardQuery {
  /** `<file>: <panel>`, shown by a failing test. */
  where: string;
  database: 'control' | 'telemetry';
  sql: string;
}

interface Query {
  datasource?: { uid: string };
  rawSql?: string;
  expr?: string;
}

interface Dashboard {
  panels: { title: string; type: string; targets?: Query[] }[];
  annotations: { list: { name: string; target?: Query }[] };
  templating: { list: { name: string; query: string }[] };
}

/** Values that Grafana would substitute for the variables and macros of a query; times as ISO 8601. */
export interface DashboardChoice {
  from: string;
  to: string;
  intervalMs: number;
  address: string;
  key: string;
}

const dir = path.join(import.meta.dirname, 'dashboards');
const METRIC = /\b(?:icmpmon|process|nodejs)_[a-z0-9_]+/g;

export function dashboards(): (Dashboard & { file: string })[] {
  return readdirSync(dir).map((file) => ({
    file,
    ...(JSON.parse(readFileSync(path.join(dir, file), 'utf8')) as Dashboard),
  }));
}

/** Returns every SQL query of every dashboard: panels, annotations, and the lists of variables. */
export function dashboardQueries(): DashboardQuery[] {
  return dashboards()
    .flatMap(({ file, panels, annotations, templating }) => [
      ...panels.flatMap(({ title, targets = [] }) => targets.map((query) => ({ where: `${file}: ${title}`, query }))),
      ...annotations.list.map(({ name, target }) => ({ where: `${file}: ${name}`, query: target ?? {} })),
      ...templating.list.map(({ name, query }) => ({
        where: `${file}: $${name}`,
        query: { datasource: { uid: 'icmpmon-control' }, rawSql: query },
      })),
    ])
    .flatMap(({ where, query: { datasource, rawSql } }) =>
      rawSql ? [{ where, sql: rawSql, database: datasource?.uid === 'icmpmon-control' ? 'control' : 'telemetry' }] : [],
    );
}

/** Returns every PromQL expression of the dashboards. */
export function dashboardExpressions(): string[] {
  return dashboards().flatMap(({ panels }) =>
    panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => expr ?? [])),
  );
}

/** Returns the metric families that the expressions use, by their names in `# TYPE`. */
export function dashboardMetrics(): string[] {
  const names = dashboardExpressions().flatMap((expression) => expression.match(METRIC) ?? []);
  return [...new Set(names.map((name) => name.replace(/_(bucket|count|sum)$/, '')))].sort();
}

/** Returns the query as Grafana's data source for PostgreSQL would send it. */
export function expanded(sql: string, { from, to, intervalMs, address, key }: DashboardChoice): string {
  return sql
    .replace(/\$__timeFilter\(([^)]+)\)/g, `$1 BETWEEN '${from}' AND '${to}'`)
    .replaceAll('$__timeFrom()', `'${from}'`)
    .replaceAll('$__timeTo()', `'${to}'`)
    .replaceAll('$__interval_ms', String(intervalMs))
    .replaceAll('$__searchFilter', `${address.slice(0, 4)}%`)
    .replaceAll('$address', address)
    .replaceAll('$vrf', 'default')
    .replaceAll('$key', key);
}
