from chargebacks.cli import main

main()
