"""`python -m datasource_server` is `opssight`."""

from datasource_server.cli import main

if __name__ == "__main__":
    main()
