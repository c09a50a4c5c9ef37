-- What operators are told of troubles goes by itself when they are over (library/trouble.c).

ALTER TABLE oprequest ADD COLUMN trouble TEXT NOT NULL DEFAULT '';           -- its kind; '': asked by a request or a call
CREATE INDEX oprequest_trouble ON oprequest(trouble) WHERE trouble<>'';
ALTER TABLE physical_media ADD COLUMN missing_from INTEGER NOT NULL DEFAULT 0; -- the library it disappeared from, not through a mail slot
CREATE INDEX physical_media_missing ON physical_media(missing_from) WHERE missing_from<>0;
