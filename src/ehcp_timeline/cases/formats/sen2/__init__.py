"""The DfE's SEN2 return, as XML, CSV files, or a workbook."""
