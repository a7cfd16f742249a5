"""Certificates for tests, made by openssl."""

import subprocess


def openssl(folder, *arguments):
    """Runs openssl in a folder."""
    command = ["openssl", *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def authority(folder, name):
    """A certificate authority: NAME.pem and NAME.key."""
    new = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    openssl(folder, *new, "-keyout", f"{name}.key", "-out", f"{name}.pem")


def certificate(folder, ca, address="127.0.0.1"):
    """A certificate for an address, signed by the authority: server.crt and server.key."""
    (folder / "names").write_text(f"subjectAltName=IP:{address}\nbasicConstraints=CA:FALSE\n")
    new = ["req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={address}"]
    openssl(folder, *new, "-keyout", "server.key", "-out", "server.csr")
    sign = ["x509", "-req", "-in", "server.csr", "-days", "2", "-extfile", "names"]
    signer = ["-CA", f"{ca}.pem", "-CAkey", f"{ca}.key", "-CAcreateserial"]
    openssl(folder, *sign, *signer, "-out", "server.crt")
