import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Tags in the lower case of `target_search_text`, which does not depend on the database's locale. */
const tagsOf = (tags: string): string =>
  `SELECT lower(tag.key COLLATE pg_c_utf8) COLLATE "C" AS tag_key, lower(tag.value COLLATE pg_c_utf8) COLLATE "C" AS tag_value
  FROM jsonb_each_text(${tags}) AS tag`;

/**
 * Tags of the targets in their order, for completion: the first keys or values with a prefix, and their numbers of targets, are read from
 * the primary key alone. Triggers fill it from `target_list`, whichever program writes that: also a rebuild.
 */
export class TargetsTags1790000076000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE target_tag (
        tag_key text COLLATE "C" NOT NULL,
        tag_value text COLLATE "C" NOT NULL,
        key integer NOT NULL,
        PRIMARY KEY (tag_key, tag_value, key)
      )`);
    await runner.query(`
      CREATE FUNCTION target_tag_add() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO target_tag (tag_key, tag_value, key)
        SELECT tag.tag_key, tag.tag_value, added.key FROM added, LATERAL (${tagsOf('added.tags')}) AS tag
        ON CONFLICT DO NOTHING;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE FUNCTION target_tag_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        DELETE FROM target_tag USING (${tagsOf('OLD.tags')} EXCEPT ${tagsOf('NEW.tags')}) AS gone
        WHERE target_tag.tag_key = gone.tag_key AND target_tag.tag_value = gone.tag_value AND target_tag.key = NEW.key;
        INSERT INTO target_tag (tag_key, tag_value, key)
        SELECT tag.tag_key, tag.tag_value, NEW.key FROM (${tagsOf('NEW.tags')} EXCEPT ${tagsOf('OLD.tags')}) AS tag
        ON CONFLICT DO NOTHING;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE FUNCTION target_tag_remove() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        DELETE FROM target_tag USING removed, LATERAL (${tagsOf('removed.tags')}) AS gone
        WHERE target_tag.tag_key = gone.tag_key AND target_tag.tag_value = gone.tag_value AND target_tag.key = removed.key;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER target_tag_add AFTER INSERT ON target_list
      REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION target_tag_add()`);
    await runner.query(`
      CREATE TRIGGER target_tag_change AFTER UPDATE OF tags ON target_list
      FOR EACH ROW WHEN (OLD.tags IS DISTINCT FROM NEW.tags) EXECUTE FUNCTION target_tag_change()`);
    await runner.query(`
      CREATE TRIGGER target_tag_remove AFTER DELETE ON target_list
      REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION target_tag_remove()`);
    await runner.query(`
      INSERT INTO target_tag (tag_key, tag_value, key)
      SELECT tag.tag_key, tag.tag_value, l.key FROM target_list l, LATERAL (${tagsOf('l.tags')}) AS tag
      ON CONFLICT DO NOTHING`);
  }

  down = refuseDown;
}
