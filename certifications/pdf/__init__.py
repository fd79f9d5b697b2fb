"""What is stated, as a PDF: frozen words and images in, bytes out. Without Django. See docs/attestation-pdf.md."""
