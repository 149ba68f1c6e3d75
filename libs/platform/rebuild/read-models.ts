import { Socket } from '@icmp-mon/platform/plugins';
import type { ReadModel } from './read-model';
import type { RebuildDatabase } from './rebuild';

export interface PluggedModel<P = unknown> {
  database: RebuildDatabase;
  model: ReadModel<P>;
}

/** Every read model that follows from a source which the installation still has. */
export class ReadModels extends Socket<PluggedModel> {
  /** @throws Error when there is none of the name */
  get(name: string): PluggedModel {
    const found = this.plugged.find(({ model }) => model.name === name);
    if (found === undefined) throw new Error(`There is no read model ${name}.`);
    return found;
  }

  protected keyOf({ model }: PluggedModel): string {
    return model.name;
  }
}

export interface KeptTables {
  /** As they are shown: `login_session, refresh_token`. */
  tables: string;
  /** Why they do not follow from a source. */
  reason: string;
}

/** Tables that look like read models and are none. */
export class NoReadModels extends Socket<KeptTables> {
  protected keyOf({ tables }: KeptTables): string {
    return tables;
  }
}
