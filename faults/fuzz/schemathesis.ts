import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { installSchemathesis, readJson } from '@icmp-mon/infra/testing';

const WORKERS = 2;
const FAILURES_TEXT_MAX = 6_000;

export interface FuzzRun {
  /** Caller in the summary, such as `admin`; also the name of its reports. */
  caller: string;
  /** Credentials and further headers of each request. */
  headers: Readonly<Record<string, string>>;
  seed: number;
  /** Random requests per route, besides the ones that cover each limit of each parameter. */
  examples: number;
  /** Includes sequences of requests, in which one uses what another one answered. */
  stateful: boolean;
  /** Only routes whose path matches. */
  paths?: string;
}

export interface FuzzSummary {
  routes: number;
  tested: number;
  requests: number;
  seconds: number;
  /** Violated promises with their number of occurrences. */
  failures: string[];
  /** The failed requests with their answers, and commands that repeat them. */
  details: string;
}

interface Report {
  complete: boolean;
  stop_reason: string;
  running_time: number;
  operations: { selected: number; tested: number };
  test_cases: { generated: number };
  failures: { code: string; title: string; count: number; operations: string[] }[];
  errors: { title: string; count: number }[];
}

/** Runs schemathesis on all routes of the OpenAPI document of an API. `dir` receives its reports. */
export async function fuzzApi(apiUrl: string, dir: string, run: FuzzRun): Promise<FuzzSummary> {
  const tool = await installSchemathesis(() => undefined);
  mkdirSync(dir, { recursive: true });
  const [document, report] = ['openapi', 'report'].map((name) => path.join(dir, `${run.caller}-${name}.json`));
  writeFileSync(document, JSON.stringify(strict(await readDocument(apiUrl))));
  const args = [...tool.args, 'run', document, ...argumentsOf(apiUrl, run), '--report', 'json', '--report-json-path'];
  const startedMs = performance.now();
  const output = await outputOf(tool.command, [...args, report], {
    cwd: dir,
    env: { ...process.env, ...tool.environment },
  });
  writeFileSync(path.join(dir, `${run.caller}.txt`), output);
  const read = readJson(report) as Report | undefined;
  if (read === undefined) throw new Error(`schemathesis wrote no report: ${output.slice(-FAILURES_TEXT_MAX)}`);
  const failed = [...read.failures, ...read.errors].map(({ title, count }) => `${title} (${count})`);
  return {
    routes: read.operations.selected,
    tested: read.operations.tested,
    requests: read.test_cases.generated,
    seconds: Math.round((performance.now() - startedMs) / 1_000),
    failures: read.complete ? failed : [...failed, `schemathesis stopped early: ${read.stop_reason}`],
    details: failed.length === 0 ? '' : detailsOf(output),
  };
}

function argumentsOf(apiUrl: string, { headers, seed, examples, stateful, paths }: FuzzRun): string[] {
  const phases = ['examples', 'coverage', 'fuzzing', ...(stateful ? ['stateful'] : [])];
  return [
    ...['--url', apiUrl, '--phases', phases.join(','), '--max-examples', String(examples)],
    ...['--seed', String(seed), '--workers', String(WORKERS), '--no-color', '--warnings', 'off'],
    ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    ...(paths === undefined ? [] : ['--include-path-regex', paths]),
  ];
}

interface OpenApiDocument {
  paths: Record<string, Record<string, { responses?: Record<string, unknown> }>>;
}

async function readDocument(apiUrl: string): Promise<OpenApiDocument> {
  return (await (await fetch(`${apiUrl}/api/openapi.json`)).json()) as OpenApiDocument;
}

/** Returns the document without `default` answers: what only `default` covers, is not documented. */
function strict(document: OpenApiDocument): OpenApiDocument {
  for (const operation of Object.values(document.paths).flatMap((item) => Object.values(item)))
    delete operation.responses?.['default'];
  return document;
}

/** Returns all output; the exit code only repeats what the report has. */
function outputOf(command: string, args: string[], options: { cwd: string; env: NodeJS.ProcessEnv }): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
  });
}

function detailsOf(output: string): string {
  const from = Math.max(0, output.search(/^=+ (ERRORS|FAILURES) =+$/m));
  return output.slice(from, from + FAILURES_TEXT_MAX);
}
