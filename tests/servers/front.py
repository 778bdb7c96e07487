#!/usr/bin/env python3
"""TLS in front of a server that has none, on loopback, for the tests.

    front.py DIRECTORY PORT

DIRECTORY has directory.pem and directory.key. Prints the port with TLS; what comes there goes to PORT, and back. Ends when its
standard input does.
"""
import socket
import ssl
import sys
import threading

folder, behind = sys.argv[1], int(sys.argv[2])


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(plain):
    try:
        client = context.wrap_socket(plain, server_side=True)
        server = socket.create_connection(("127.0.0.1", behind))
    except OSError:
        plain.close()
        return
    threading.Thread(target=pump, args=(server, client), daemon=True).start()
    pump(client, server)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(f"{folder}/directory.pem", f"{folder}/directory.key")
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)


def accept():
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


threading.Thread(target=accept, daemon=True).start()
sys.stdin.read()
