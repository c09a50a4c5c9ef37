-- The rows that an allocation and its deallocation change, for PostgreSQL, as PostgreSQL would have them: numbers from
-- sequences, SKIP LOCKED so that allocations don't wait for one another, one round trip for each transaction.
-- :count media. With counted = 1 the pool's count and time of change are kept too, as rsmd does: rows that all change.
CREATE TABLE object(id bigserial PRIMARY KEY, guid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(), type int NOT NULL,
	name text NOT NULL DEFAULT '', description text NOT NULL DEFAULT '', enabled int NOT NULL DEFAULT 1,
	opstate int NOT NULL DEFAULT 0, created bigint NOT NULL, modified bigint NOT NULL);
CREATE INDEX object_name ON object(name) WHERE name<>'';
CREATE TABLE media_pool(id bigint PRIMARY KEY, logical_count bigint NOT NULL DEFAULT 0);
CREATE TABLE physical_media(id bigint PRIMARY KEY, library bigint NOT NULL, pool bigint NOT NULL, barcode text NOT NULL);
CREATE TABLE logical_media(id bigint PRIMARY KEY REFERENCES object(id), pool bigint NOT NULL REFERENCES media_pool(id),
	call uuid, session uuid, source uuid, source_state int);
CREATE UNIQUE INDEX logical_media_call ON logical_media(call, session) WHERE call IS NOT NULL;
CREATE INDEX logical_media_pool ON logical_media(pool);
CREATE TABLE side(id bigint PRIMARY KEY REFERENCES object(id), medium bigint NOT NULL REFERENCES physical_media(id),
	number int NOT NULL, lmid bigint UNIQUE REFERENCES logical_media(id), pool bigint NOT NULL, library bigint NOT NULL,
	usable int NOT NULL DEFAULT 1, state int NOT NULL, allocate_count bigint NOT NULL DEFAULT 0, UNIQUE(medium, number),
	CHECK((lmid IS NOT NULL) = (state IN (5, 6))));
CREATE INDEX side_available ON side(pool, library, allocate_count, id) WHERE state=4 AND usable=1;
CREATE TABLE change(seq bigserial PRIMARY KEY, type int NOT NULL, op int NOT NULL, object uuid NOT NULL);

INSERT INTO media_pool VALUES(1);
-- object 1 stands for the pool as well
INSERT INTO object(type, name, created, modified) SELECT 15, 'B'||i, 0, 0 FROM generate_series(1, :count * 2) i;
INSERT INTO physical_media SELECT i, i%5, 1, 'B'||i FROM generate_series(1, :count) i;
INSERT INTO side(id, medium, number, pool, library, state) SELECT i+:count, i, 0, 1, i%5, 4 FROM generate_series(1, :count) i;
VACUUM ANALYZE;

CREATE FUNCTION count_pool(n int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE g uuid;
BEGIN
	UPDATE media_pool SET logical_count=logical_count+n WHERE id=1;
	UPDATE object SET modified=modified+1 WHERE id=1 RETURNING guid INTO g;
	INSERT INTO change(type, op, object) VALUES(12, 1, g);
END $$;

CREATE FUNCTION allocate(counted int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE s bigint; l bigint; g uuid; side_guid uuid; now_ms bigint := extract(epoch FROM clock_timestamp()) * 1000;
BEGIN
	SELECT id INTO STRICT s FROM side WHERE pool=1 AND library=0 AND state=4 AND usable=1
		ORDER BY allocate_count, id LIMIT 1 FOR UPDATE SKIP LOCKED;
	INSERT INTO object(type, created, modified) VALUES(11, now_ms, now_ms) RETURNING id, guid INTO l, g;
	INSERT INTO logical_media VALUES(l, 1, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 4);
	UPDATE side SET lmid=l, state=5, allocate_count=allocate_count+1 WHERE id=s;
	UPDATE object SET modified=now_ms WHERE id=s RETURNING guid INTO side_guid;
	INSERT INTO change(type, op, object) VALUES(11, 2, g), (14, 1, side_guid);
	IF counted = 1 THEN PERFORM count_pool(1); END IF;
	RETURN l;
END $$;

CREATE FUNCTION deallocate(l bigint, counted int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE s bigint; g uuid; side_guid uuid; now_ms bigint := extract(epoch FROM clock_timestamp()) * 1000;
BEGIN
	UPDATE side SET lmid=NULL, state=4 WHERE lmid=l RETURNING id INTO STRICT s;
	UPDATE object SET modified=now_ms WHERE id=s RETURNING guid INTO side_guid;
	DELETE FROM logical_media WHERE id=l;
	DELETE FROM object WHERE id=l RETURNING guid INTO g;
	INSERT INTO change(type, op, object) VALUES(11, 3, g), (14, 1, side_guid);
	IF counted = 1 THEN PERFORM count_pool(-1); END IF;
END $$;
CHECKPOINT;
