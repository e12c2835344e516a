variable "folder" {
  description = "Folder of the console that the queries are saved in."
  type        = string
}

variable "log_groups" {
  description = "Log groups that are asked: `updater` and `job`."
  type        = object({ updater = list(string), job = list(string) })
}
