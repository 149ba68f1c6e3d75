import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import type { ImportOrder, SourceDefinition } from '@icmp-mon/targets/contract';
import { decideLine, type LineContext, type LineDecision } from '../import/decide-line';
import type { LineResult, WaitingLine } from '../import/import-rows';
import { readOwnership, recordListed } from './owned-targets';
import { type AskingSource, type Ownership, sourcedMembers } from './sourced-members';

/** The lines of an import that come from an inventory source: they change only targets of the source, and only what the source owns of them. */
export class SourcedLines {
  private owners = new Map<string, Ownership>();

  private constructor(private readonly source: AskingSource) {}

  /** @throws DomainError `conflict` if the source was removed; it cannot be removed before the transaction ends */
  static async readSource(sql: Sql, { id, name }: NonNullable<ImportOrder['source']>): Promise<SourcedLines> {
    const [row] = await sql.query<{ definition: SourceDefinition }>(
      'SELECT definition FROM inventory_source WHERE id = $1 FOR KEY SHARE',
      [id],
    );
    if (row === undefined)
      throw new DomainError('conflict', `The inventory source "${name}" was removed during the run.`);
    return new SourcedLines({ id, existing: row.definition.existing });
  }

  /** Reads to which sources the targets of the next lines belong. */
  async readOwners(sql: Sql, targets: Iterable<{ id: string }>): Promise<void> {
    this.owners = await readOwnership(
      sql,
      [...targets].map(({ id }) => id),
    );
  }

  decideLine(line: WaitingLine, context: LineContext): LineDecision {
    const { current } = context;
    const owned = current && this.owners.get(current.id);
    const decided = sourcedMembers(line.members, current, owned, this.source);
    if ('members' in decided) return decideLine({ ...line, members: decided.members }, context);
    return { line: line.line, outcome: 'refused', fault: { column: 'ip', reason: decided.reason } };
  }

  /** Records the targets of lines that were not refused as targets of the source. */
  async recordResults(sql: Sql, lines: readonly WaitingLine[], results: readonly LineResult[]): Promise<void> {
    const tagKeys = new Map(lines.map(({ line, members }) => [line, Object.keys(members.tags ?? {})]));
    const listed = results.flatMap(({ line, target_id: targetId }) =>
      targetId === undefined ? [] : [{ targetId, tagKeys: tagKeys.get(line) ?? [] }],
    );
    await recordListed(sql, this.source.id, listed);
  }
}
