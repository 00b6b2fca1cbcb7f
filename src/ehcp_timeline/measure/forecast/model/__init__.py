"""What a forecast is made from: the work in hand, the weeks behind, the stages."""
