-- Long work shows how far it is and when it will end; identification can be paused; WORM is known.

ALTER TABLE librequest ADD COLUMN expected INTEGER NOT NULL DEFAULT 0;       -- its end, as far as anybody knows; 0: nobody does
ALTER TABLE physical_media ADD COLUMN worm INTEGER NOT NULL DEFAULT 0;       -- can be written once
ALTER TABLE library ADD COLUMN identify_paused INTEGER NOT NULL DEFAULT 0;   -- no identification begins
ALTER TABLE library ADD COLUMN identify_since INTEGER NOT NULL DEFAULT 0;    -- when the run of identifications began that goes on; 0: none
ALTER TABLE library ADD COLUMN identify_done INTEGER NOT NULL DEFAULT 0;     -- of that run
