"""The QR code's workshop: sample certificates, the draft of a dictionary, and how large codes become."""
