"""A stand-in for S3 that answers late: in memory, many requests at once, each after a set wait.

    http      requests and answers on a socket (asyncio), the wait
    objects   what S3 does with them: GET, HEAD, PUT, COPY, DELETE, LIST, multipart
    xml       the bodies of its answers

Moto answers some hundred requests a second, one after the other; ten thousand files need one that is never what a
job waits for. No signature is checked, one version of an object is kept, and everything is gone when it ends.
"""
