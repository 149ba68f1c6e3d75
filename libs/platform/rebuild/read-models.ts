import { Socket } from '@icmp-mon/platform/plugins';
import type { ReadModel } from './read-model';
import type { RebuildDatabase } from './rebuild';

export interface PluggedModel<P = unknown> {
  database: RebuildDatabase;
  model: ReadModel<P>;
}

/** Registry of the read models whose source the installation still stores. */
export class ReadModels extends Socket<PluggedModel> {
  /** Returns the read model of that name. @throws Error for an unknown name */
  get(name: string): PluggedModel {
    const found = this.plugged.find(({ model }) => model.name === name);
    if (found === undefined)
      throw new Error(
        `There is no read model ${name}. Read models: ${this.plugged.map(({ model }) => model.name).join(', ')}.`,
      );
    return found;
  }

  protected keyOf({ model }: PluggedModel): string {
    return model.name;
  }
}

export interface KeptTables {
  /** Names for display: `login_session, refresh_token`. */
  tables: string;
  /** Why they cannot be rebuilt from a source. */
  reason: string;
}

/** Registry of tables that look like read models but cannot be rebuilt. */
export class NoReadModels extends Socket<KeptTables> {
  protected keyOf({ tables }: KeptTables): string {
    return tables;
  }
}
