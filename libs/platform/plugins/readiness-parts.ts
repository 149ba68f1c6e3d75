import type { Sql } from '@icmp-mon/platform/database';
import type { Readiness } from '@icmp-mon/platform/ops';
import { Socket } from './socket';

export interface ReadinessPart {
  name: string;
  checkPart(): Readiness | Promise<Readiness>;
}

/** The parts of `/readyz`: the app is ready if all of them are ok. */
export class ReadinessParts extends Socket<ReadinessPart> {
  async checkAll(): Promise<Record<string, Readiness>> {
    const parts = await Promise.all(
      this.plugged.map(async ({ name, checkPart }) => [name, await checkPart()] as const),
    );
    return Object.fromEntries(parts);
  }

  protected keyOf({ name }: ReadinessPart): string {
    return name;
  }
}

/** Checks whether a database answers. `name` is used in the detail. */
export async function databaseReadiness(sql: Pick<Sql, 'query'>, name: string): Promise<Readiness> {
  try {
    await sql.query('SELECT 1');
    return { ok: true, detail: `the ${name} answers` };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
