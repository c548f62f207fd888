"""The Redis client of one process. Redis holds nothing that MongoDB cannot rebuild."""

from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

Redis = ArqRedis
# what a call to an absent, restarting or overloaded Redis may raise
REDIS_FAILURES = (RedisError, OSError, TimeoutError)

_ANSWER_WITHIN_S = 5.0
_CONNECT_WITHIN_S = 2.0


def connect(url: str | Redis) -> Redis:
    """A client that connects when first used; one that exists already is passed through."""
    if not isinstance(url, str):
        return url
    pool = ConnectionPool.from_url(
        url,
        socket_timeout=_ANSWER_WITHIN_S,
        socket_connect_timeout=_CONNECT_WITHIN_S,
        socket_keepalive=True,
        health_check_interval=30,
    )
    client = Redis(pool_or_conn=pool)
    client.auto_close_connection_pool = True
    return client
