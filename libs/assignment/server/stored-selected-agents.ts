import { SelectedAgents } from '@icmp-mon/assignment/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Injectable } from '@nestjs/common';

/** Reads the selection of a target as decided, regardless of whether its agents have received it. */
@Injectable()
export class StoredSelectedAgents extends SelectedAgents {
  constructor(private readonly database: ControlDatabase) {
    super();
  }

  override async ofTarget(targetKey: number): Promise<string[]> {
    const [row] = await this.database.query<{ selected: string[] }>(
      'SELECT selected::text[] AS selected FROM assignment_target WHERE key = $1',
      [targetKey],
    );
    return row?.selected ?? [];
  }
}
