-- SPDX-License-Identifier: GPL-2.0-or-later
-- A store restored from a copy doesn't know what was written since (library/restored.c).

ALTER TABLE side ADD COLUMN proof INTEGER NOT NULL DEFAULT 0; -- 1: its free label must be read before it is anybody's; 2: once its allocation ends
CREATE TRIGGER side_given_back AFTER UPDATE OF lmid ON side WHEN new.lmid IS NULL AND old.lmid IS NOT NULL AND new.proof=2 BEGIN
	UPDATE side SET proof=1 WHERE id=new.id; END;
