"""Serves a CSV of so many megabytes, made while it is sent, in chunks and gzip: export.py PORT

GET /rows.csv?megabytes=N; rows of about 200 bytes, each with a key of its own.
"""
import http.server, sys, urllib.parse, zlib

PADDING = "a retailer's order with some text that is not too regular, ".ljust(150, "x")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        left = int(query["megabytes"][0]) << 20
        self.send_response(200)
        self.send_header("Content-Type", "text/csv")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        packer = zlib.compressobj(1, wbits=31)
        self.chunk(packer.compress(b"id,at,text\n"))
        row = 0
        while left > 0:
            rows = (f'{number:012d},{1700000000 + number % 1000000},"{PADDING}, {number * 7919 % 1000003}"\n'
                    for number in range(row, row + 5000))
            block = "".join(rows).encode()
            row += 5000
            left -= len(block)
            self.chunk(packer.compress(block))
        self.chunk(packer.flush())
        self.wfile.write(b"0\r\n\r\n")

    def chunk(self, data):
        if data:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
print("listening", flush=True)
server.serve_forever()
