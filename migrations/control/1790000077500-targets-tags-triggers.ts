import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** As in the migration before: tags in the lower case of `target_search_text`. */
const tagsOf = (tags: string): string =>
  `SELECT lower(tag.key COLLATE pg_c_utf8) COLLATE "C" AS tag_key, lower(tag.value COLLATE pg_c_utf8) COLLATE "C" AS tag_value
  FROM jsonb_each_text(${tags}) AS tag`;

/**
 * The triggers find rows of `target_tag` one by one by its primary key. Joined with the tags of a target, of which PostgreSQL expects a
 * hundred, they read the whole table for each changed target.
 */
export class TargetsTagsTriggers1790000077500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION target_tag_change() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE gone record;
      BEGIN
        IF NOT NEW.tags @> OLD.tags THEN
          FOR gone IN ${tagsOf('OLD.tags')} EXCEPT ${tagsOf('NEW.tags')} LOOP
            DELETE FROM target_tag WHERE tag_key = gone.tag_key AND tag_value = gone.tag_value AND key = NEW.key;
          END LOOP;
        END IF;
        INSERT INTO target_tag (tag_key, tag_value, key)
        SELECT tag.tag_key, tag.tag_value, NEW.key FROM (${tagsOf('NEW.tags')} EXCEPT ${tagsOf('OLD.tags')}) AS tag
        ON CONFLICT DO NOTHING;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE OR REPLACE FUNCTION target_tag_remove() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE gone record;
      BEGIN
        FOR gone IN SELECT removed.key, tag.tag_key, tag.tag_value FROM removed, LATERAL (${tagsOf('removed.tags')}) AS tag LOOP
          DELETE FROM target_tag WHERE tag_key = gone.tag_key AND tag_value = gone.tag_value AND key = gone.key;
        END LOOP;
        RETURN NULL;
      END $$`);
  }

  down = refuseDown;
}
