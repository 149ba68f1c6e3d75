import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/**
 * `target_search` follows from `target_list` by triggers, whichever program writes it: also a release that does not know of it yet, and a rebuild.
 * One statement for all rows of a statement; a change of status fires nothing.
 */
export class TargetsSearchTriggers1790000065100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The same as searchText in libs/targets/contract. Lower case does not depend on the database's locale.
    await runner.query(`
      CREATE FUNCTION target_search_text(ip inet, name text, tags jsonb) RETURNS text
      LANGUAGE sql IMMUTABLE PARALLEL SAFE
      RETURN lower((E'\\n' || host(ip) || E'\\n' || coalesce(name, '') || E'\\n' || coalesce(
        (SELECT string_agg(E'\\t' || key || '=' || value || E'\\t', '' ORDER BY key COLLATE "C") FROM jsonb_each_text(tags)),
        '')) COLLATE pg_c_utf8)`);
    await runner.query(`
      CREATE FUNCTION target_search_add() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO target_search (key, text) SELECT key, target_search_text(ip, name, tags) FROM added
        ON CONFLICT (key) DO UPDATE SET text = excluded.text;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE FUNCTION target_search_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE target_search SET text = target_search_text(NEW.ip, NEW.name, NEW.tags) WHERE key = NEW.key;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE FUNCTION target_search_remove() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        DELETE FROM target_search USING removed WHERE target_search.key = removed.key;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER target_search_add AFTER INSERT ON target_list
      REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION target_search_add()`);
    await runner.query(`
      CREATE TRIGGER target_search_change AFTER UPDATE OF name, tags ON target_list
      FOR EACH ROW WHEN ((OLD.name, OLD.tags) IS DISTINCT FROM (NEW.name, NEW.tags))
      EXECUTE FUNCTION target_search_change()`);
    await runner.query(`
      CREATE TRIGGER target_search_remove AFTER DELETE ON target_list
      REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION target_search_remove()`);
    await runner.query(`
      INSERT INTO target_search (key, text) SELECT key, target_search_text(ip, name, tags) FROM target_list
      ON CONFLICT (key) DO UPDATE SET text = excluded.text WHERE target_search.text <> excluded.text`);
  }

  down = refuseDown;
}
