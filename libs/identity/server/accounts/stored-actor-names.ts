import { ActorNames } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Injectable } from '@nestjs/common';

/** Reads the names of users and API keys. */
@Injectable()
export class StoredActorNames extends ActorNames {
  constructor(private readonly database: ControlDatabase) {
    super();
  }

  override async namesOf(actors: readonly string[]): Promise<Map<string, string>> {
    if (actors.length === 0) return new Map();
    const rows = await this.database.query<{ actor: string; name: string }>(
      `SELECT 'user:' || id AS actor, name FROM user_account WHERE 'user:' || id = ANY ($1::text[])
       UNION ALL SELECT 'api-key:' || id, name FROM api_key WHERE 'api-key:' || id = ANY ($1::text[])`,
      [actors],
    );
    return new Map(rows.map(({ actor, name }) => [actor, name]));
  }
}
