-- Purpose: fill the register of areas from its data file. Input: the columns of one area. Index: primary key.
insert into cx.people_area (code, name, kind, gb2260, hosts, basis, source, valid_from, valid_to)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
