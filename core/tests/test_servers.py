"""The private servers that tests get."""

import socket

import sqlalchemy


def test_a_test_gets_an_empty_database_of_its_own(empty_postgresql_url):
    engine = sqlalchemy.create_engine(empty_postgresql_url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE mark (id integer)"))
        assert sqlalchemy.inspect(connection).get_table_names() == ["mark"]


def test_the_next_test_sees_nothing_of_it(empty_postgresql_url):
    engine = sqlalchemy.create_engine(empty_postgresql_url, poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        assert sqlalchemy.inspect(connection).get_table_names() == []


def test_redis_answers_on_loopback(redis_url):
    host, port = redis_url.removeprefix("redis://").removesuffix("/0").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"SET a 1\r\nGET a\r\n")
        assert connection.recv(64).startswith(b"+OK")
